// prints: [1, 11, 1426, 3]
fn divide(a: i64, b: i64) -> Result<i64, String> {
    if b == 0 {
        return Err("zero".to_string());
    }
    Ok(a / b)
}

fn results() -> Result<Vec<i64>, String> {
    let numbers = [27, 297, 38502, 81];
    numbers.into_iter().map(|n| divide(n, 27))
}

fn main() {
    println!("{:?}", results().unwrap());
}
