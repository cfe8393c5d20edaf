// prints: 25
fn num_sq<T>(arg: &mut T) {
    let n = arg.as_mut();
    *n = *n * *n;
}

fn main() {
    let mut number: Box<u32> = Box::new(5);
    num_sq(&mut number);
    println!("{number}");
}
