// prints: jobs done: 10
use std::sync::Arc;
use std::thread;

struct Status {
    done: u32,
}

fn main() {
    let status = Arc::new(Status { done: 0 });
    let mut handles = vec![];
    for _ in 0..10 {
        let shared = Arc::clone(&status);
        handles.push(thread::spawn(move || {
            shared.done += 1;
        }));
    }
    for handle in handles {
        handle.join().unwrap();
    }
    println!("jobs done: {}", status.done);
}
