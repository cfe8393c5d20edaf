fn main() { let v = vec!["a b".to_string()]; let w: Vec<String> = v.iter().map(|s| s.to_uppercase()).collect(); println!("{:?}", w); }
