// prints: 120 15
fn main() {
    let n: u64 = 5;
    let f = (1..=n).fold(1, |a, b| a * b);
    let s: i32 = (1..=n).sum();
    println!("{} {}", f, s);
}
