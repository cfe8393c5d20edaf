fn main() { let v: Vec<i32> = vec![1, 2].into_iter().map(|a| a + 1).collect(); println!("{:?}", v); }
