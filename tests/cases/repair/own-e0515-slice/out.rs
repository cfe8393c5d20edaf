fn firsts() -> Vec<i32> { let v = vec![1, 2, 3]; v[..2].to_vec() }
fn main() { println!("{:?}", firsts()); }
