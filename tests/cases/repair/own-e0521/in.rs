use std::thread;
fn run(s: &str) { let h = thread::spawn(move || println!("{}", s)); h.join().unwrap(); }
fn main() { run("a"); }
