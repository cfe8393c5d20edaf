// The parse error has to become one of ours.
// prints: Err(Parse(ParseIntError { kind: InvalidDigit }))
use std::num::ParseIntError;

#[derive(Debug)]
enum Failure {
    Parse(ParseIntError),
    Negative,
}

fn read(text: &str) -> Result<i64, Failure> {
    let n: i64 = text.parse::<i64>()?;
    if n < 0 {
        return Err(Failure::Negative);
    }
    Ok(n)
}

fn main() {
    println!("{:?}", read("x1"));
}
