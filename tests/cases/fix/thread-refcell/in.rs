// prints: 5
use std::cell::RefCell;
use std::rc::Rc;
use std::thread;

fn main() {
    let total = Rc::new(RefCell::new(0));
    let t = Rc::clone(&total);
    let h = thread::spawn(move || {
        *t.borrow_mut() += 5;
    });
    h.join().unwrap();
    println!("{}", total.borrow());
}
