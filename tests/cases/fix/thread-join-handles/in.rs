// prints: 10 done
use std::thread;
use std::time::Duration;

fn main() {
    let mut handles = vec![];
    for i in 0..10 {
        handles.push(thread::spawn(|| {
            thread::sleep(Duration::from_millis(1));
            i
        }));
    }
    let mut done = 0;
    for handle in &handles {
        let _: i32 = handle.join().unwrap();
        done += 1;
    }
    println!("{done} done");
}
