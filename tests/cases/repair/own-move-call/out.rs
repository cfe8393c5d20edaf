fn total(v: &[i32]) -> i32 { let mut t = 0; for x in v.iter() { t += x; } t }
fn main() { let v = vec![1, 2, 3]; let t = total(&v); println!("{} {}", t, v.len()); }
