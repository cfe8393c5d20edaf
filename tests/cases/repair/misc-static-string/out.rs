const NAME: &str = "abc";
fn main() { println!("{}", NAME); }
