#[derive(Debug)]
struct P { name: String, tags: Vec<String> }
fn main() { let p = P { name: "a".into(), tags: vec![] }; let n = p.name; println!("{} {:?}", n, p); }
