// prints: 10
fn area(w: f64, h: f64) -> f64 {
    2.0 * w + h)
}
fn main() {
    println!("{}", area(2.0, 3.0));
}
