fn find(v: &[i32]) { if v.is_empty() { return; } println!("{}", v.len()); }
fn main() { find(&[]); find(&[1]); }
