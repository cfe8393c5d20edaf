#[derive(Clone, Debug)]
struct Cfg { name: String, n: u32 }
fn main() { let a = Cfg { name: "a".into(), n: 1 }; let b = Cfg { n: 2, ..a.clone() }; println!("{:?} {:?}", a, b); }
