fn show<T: std::fmt::Debug>(t: &T) { println!("{:?}", t); }
fn main() { let v = vec![1]; show(&v); show(&v); }
