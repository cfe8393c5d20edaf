// prints: 9 9
use std::collections::HashMap;

struct Cacher<T> where T: Fn(u32) -> u32 {
    calc: T,
    values: HashMap<u32, u32>,
}

impl<T> Cacher<T> {
    fn new(calc: T) -> Cacher<T> { Cacher { calc, values: HashMap::new() } }

    fn value(&mut self, n: u32) -> u32 {
        match self.values.get(&n) {
            Some(v) => v,
            None => {
                let v = self.calc(n);
                self.values.insert(n, v);
                v
            }
        }
    }
}

fn main() {
    let mut c = Cacher::new(|n| n * n);
    println!("{} {}", c.value(3), c.value(3));
}
