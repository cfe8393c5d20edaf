use std::cell::RefCell;
fn main() { let c = RefCell::new(vec![1]); let first = c.borrow().first().unwrap(); println!("{}", first); }
