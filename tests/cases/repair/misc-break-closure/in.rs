fn main() { let v = vec![1, 2]; v.iter().for_each(|x| { if *x == 1 { continue; } println!("{}", x); }); }
