#[derive(Debug, Clone)]
struct P { name: String }
fn main() { let p = P { name: "a".into() }; println!("{:?}", p.clone()); }
