fn main() { let v = vec!["a b".to_string()]; let w: Vec<&str> = v.iter().map(|s| s.to_uppercase().as_str()).collect(); println!("{:?}", w); }
