// prints: 3
fn call_twice<F>(f: F)
where
    F: Fn(),
{
    f();
    f();
}

fn main() {
    let mut count = 1;
    call_twice(|| count += 1);
    println!("{count}");
}
