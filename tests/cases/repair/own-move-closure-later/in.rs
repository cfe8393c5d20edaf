use std::thread;
fn main() {
    let data = vec![1, 2, 3];
    let h = thread::spawn(move || { println!("{:?}", data); });
    h.join().unwrap();
    println!("{:?}", data);
}
