fn greet(name: &str) -> String { let s = format!("hi {}", name); s }
fn main() { println!("{}", greet("a")); }
