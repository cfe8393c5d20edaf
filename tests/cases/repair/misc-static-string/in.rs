const NAME: String = String::from("abc");
fn main() { println!("{}", NAME); }
