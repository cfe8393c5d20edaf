fn first(v: &[i32]) -> Option<i32> { let Some(x) = v.first(); Some(*x + 1) }
fn main() { println!("{:?}", first(&[1])); }
