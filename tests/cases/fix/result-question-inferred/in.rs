// prints: 42
// prints: parse: invalid digit found in string
use std::fmt;

#[derive(Debug)]
enum AppError {
    Parse(std::num::ParseIntError),
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            AppError::Parse(e) => write!(f, "parse: {}", e),
        }
    }
}

fn age(text: &str) -> Result<u32, AppError> {
    let n: u32 = text.parse()?;
    Ok(n + 1)
}

fn main() {
    match age("41") {
        Ok(n) => println!("{}", n),
        Err(e) => println!("{}", e),
    }
    if let Err(e) = age("x") {
        println!("{}", e);
    }
}
