// prints: 3
use std::rc::Rc;

struct Counter {
    hits: u32,
}

fn main() {
    let first = Rc::new(Counter { hits: 1 });
    let second = Rc::clone(&first);
    second.hits += 2;
    println!("{}", first.hits);
}
