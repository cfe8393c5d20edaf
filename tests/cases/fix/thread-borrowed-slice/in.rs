// prints: 10
use std::thread;

fn sum_parallel(data: &[i32]) -> i32 {
    let mid = data.len() / 2;
    let left = thread::spawn(|| data[..mid].iter().sum::<i32>());
    let right: i32 = data[mid..].iter().sum();
    left.join().unwrap() + right
}

fn main() {
    println!("{}", sum_parallel(&[1, 2, 3, 4]));
}
