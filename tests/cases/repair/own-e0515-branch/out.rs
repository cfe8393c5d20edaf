fn name(n: i32) -> String { if n > 0 { let s = n.to_string(); s } else { "none".to_string() } }
fn main() { println!("{}", name(3)); }
