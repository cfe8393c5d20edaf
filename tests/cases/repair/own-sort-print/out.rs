fn sorted(mut v: Vec<i32>) -> Vec<i32> { v.sort(); v }
fn main() { let v = vec![2, 1]; let s = sorted(v.clone()); println!("{:?} {:?}", v, s); }
