fn name() -> &str { "x" }
fn main() { println!("{}", name()); }
