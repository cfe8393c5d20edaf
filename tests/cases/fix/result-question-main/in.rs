// prints: tokens: 24
use std::num::ParseIntError;

fn cost(quantity: &str) -> Result<i32, ParseIntError> {
    let fee = 1;
    let per_item = 5;
    let quantity = quantity.parse::<i32>()?;
    Ok(quantity * per_item + fee)
}

fn main() {
    let mut tokens = 100;
    let cost = cost("15")?;
    if cost > tokens {
        println!("too dear");
    } else {
        tokens -= cost;
        println!("tokens: {tokens}");
    }
}
