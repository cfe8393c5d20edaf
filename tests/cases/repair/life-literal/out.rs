fn name() -> &'static str { "x" }
fn main() { println!("{}", name()); }
