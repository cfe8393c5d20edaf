impl Vec<i32> { fn total(&self) -> i32 { self.iter().sum() } }
fn main() { println!("{}", vec![1, 2].total()); }
