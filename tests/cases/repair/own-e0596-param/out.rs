fn add(v: &mut Vec<i32>) { v.push(1); }
fn main() { let mut v = Vec::new(); add(&mut v); println!("{:?}", v); }
