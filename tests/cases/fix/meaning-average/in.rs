// prints: 3.25
fn average(values: &[i32]) -> f64 {
    let sum: i32 = values.iter().sum();
    sum / values.len()
}

fn main() {
    println!("{}", average(&[1, 2, 4, 6]));
}
