// prints: 100
fn to_c(f: f64) -> f64 {
    (f - 32.0 * 5.0 / 9.0
}
fn main() {
    println!("{}", to_c(212.0));
}
