use std::cell::RefCell;
fn main() { let c = RefCell::new(vec![1]); let owner = c.borrow(); let first = owner.first().unwrap(); println!("{}", first); }
