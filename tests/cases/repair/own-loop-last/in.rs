fn main() { let data = vec![1, 2, 3]; let mut out: Vec<Vec<i32>> = Vec::new(); for _ in 0..2 { out.push(data); } println!("{:?}", out); }
