// prints: 3
use std::thread;
fn main() {
    let mut count = 0;
    let mut handles = vec![];
    for _ in 0..3 {
        handles.push(thread::spawn(|| {
            count += 1;
        }));
    }
    for h in handles {
        h.join().unwrap();
    }
    println!("{}", count);
}
