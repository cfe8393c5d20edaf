fn evens<'a>(n: i32) -> Vec<i32> { let v: Vec<i32> = (0..n).filter(|x| x % 2 == 0).collect(); v }
fn main() { println!("{:?}", evens(5)); }
