// prints: 5
fn hyp(a: f64, b: f64) -> f64 {
    (a.powi(2 + b.powi(2)).sqrt()
}
fn main() {
    println!("{}", hyp(3.0, 4.0));
}
