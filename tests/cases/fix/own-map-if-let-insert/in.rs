// prints: 8
// prints: 8
use std::collections::HashMap;

struct Cache {
    map: HashMap<u64, u64>,
}

impl Cache {
    fn fetch(&mut self, key: u64) -> &u64 {
        if let Some(v) = self.map.get(&key) {
            return v;
        }
        self.map.insert(key, key * 2);
        self.map.get(&key).unwrap()
    }
}

fn main() {
    let mut c = Cache { map: HashMap::new() };
    println!("{}", c.fetch(4));
    println!("{}", c.fetch(4));
}
