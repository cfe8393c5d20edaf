// prints: 3
fn main() {
    let a = 3;
    let b = 4;
    let c = 2;
    let avg = a + b + c) / 3;
    println!("{}", avg);
}
