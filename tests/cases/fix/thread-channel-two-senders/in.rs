// prints: 6
use std::sync::mpsc;
use std::thread;

fn main() {
    let (tx, rx) = mpsc::channel();
    thread::spawn(move || {
        for n in [1, 2] {
            tx.send(n).unwrap();
        }
    });
    thread::spawn(move || {
        tx.send(3).unwrap();
    });
    println!("{}", rx.iter().sum::<i32>());
}
