use std::collections::HashMap;
fn main() { let mut m = HashMap::new(); m.insert("a", 1); if let Some(v) = m.get("a") { *v += 1; } println!("{:?}", m); }
