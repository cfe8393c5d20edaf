fn main() { let names = vec!["a".to_string()]; let f = move |n: &str| names.contains(&n.to_string()); println!("{} {}", f("a"), names.len()); }
