fn make() -> &str { let s = String::from("abc"); &s }
fn main() { println!("{}", make()); }
