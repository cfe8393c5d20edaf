// prints: 7.125
fn average(values: &[f64]) -> f64 {
    let total = values.iter().sum::<f64>();
    total / values.len()
}

fn main() {
    println!("{}", average(&[3.5, 0.3, 13.0, 11.7]));
}
