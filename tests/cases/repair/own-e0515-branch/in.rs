fn name(n: i32) -> &'static str { if n > 0 { let s = n.to_string(); s.as_str() } else { "none" } }
fn main() { println!("{}", name(3)); }
