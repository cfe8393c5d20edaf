fn half(n: Option<i32>) -> Option<i32> { match n { Some(x) if x > 1 => Some(x / 2), Some(x) if x < -1 => Some(-x), _ => None, } }
fn main() { println!("{:?}", half(Some(4))); }
