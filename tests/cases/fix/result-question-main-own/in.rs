// prints: 12
use std::fmt;

#[derive(Debug)]
struct MyError(String);

impl fmt::Display for MyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl std::error::Error for MyError {}

fn main() -> Result<(), MyError> {
    let text = "12";
    let n: i64 = text.parse()?;
    println!("{}", n);
    Ok(())
}
