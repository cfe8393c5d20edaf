struct P { width: u32, height: u32 }
fn main() { let p = P { width: 1, height: 2 }; let P { width, height: hieght } = p; println!("{} {}", width, hieght); }
