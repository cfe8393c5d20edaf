fn greet(name: &str) -> &str { let s = format!("hi {}", name); &s }
fn main() { println!("{}", greet("a")); }
