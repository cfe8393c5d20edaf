// prints: 5
use std::sync::Mutex;
struct Counter { m: Mutex<Vec<u32>> }
impl Counter {
    fn add(&self, n: u32) { self.m.push(n); }
    fn sum(&self) -> u32 { self.m.lock().iter().sum() }
}
fn main() {
    let c = Counter { m: Mutex::new(vec![]) };
    c.add(2);
    c.add(3);
    println!("{}", c.sum());
}
