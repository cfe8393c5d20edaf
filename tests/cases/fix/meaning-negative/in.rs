// prints: 2 -1
fn diff(a: usize, b: usize) -> i32 {
    let d: usize = -1;
    if a > b { (a - b) as i32 } else { d }
}

fn main() {
    println!("{} {}", diff(3, 1), diff(1, 3));
}
