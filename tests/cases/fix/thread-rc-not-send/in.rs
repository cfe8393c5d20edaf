// prints: 7
use std::rc::Rc;
use std::thread;

fn main() {
    let shared = Rc::new(7);
    let copy = Rc::clone(&shared);
    let handle = thread::spawn(move || *copy);
    println!("{}", handle.join().unwrap());
}
