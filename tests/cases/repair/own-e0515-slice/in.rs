fn firsts() -> &'static [i32] { let v = vec![1, 2, 3]; &v[..2] }
fn main() { println!("{:?}", firsts()); }
