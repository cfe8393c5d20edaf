// prints: a
use std::cell::RefCell;

struct Store { items: RefCell<Vec<String>> }

impl Store {
    fn first(&self) -> &String {
        &self.items.borrow()[0]
    }
}

fn main() {
    let s = Store { items: RefCell::new(vec!["a".to_string()]) };
    println!("{}", s.first());
}
