use std::collections::HashMap;
fn main() {
    let mut m: HashMap<String, i32> = HashMap::new();
    m.insert("a".to_string(), 1);
    m.insert("b".to_string(), -1);
    let keys: Vec<_> = m.keys().cloned().collect();
    for k in &keys { if m[k] < 0 { m.remove(k); } }
    println!("{}", m.len());
}
