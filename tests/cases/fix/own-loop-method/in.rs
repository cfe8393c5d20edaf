// prints: 12 ["nut"]
use std::collections::HashMap;

struct Inventory {
    items: HashMap<String, u32>,
    log: Vec<String>,
}

impl Inventory {
    fn record(&mut self, msg: &str) {
        self.log.push(msg.to_string());
    }

    fn restock(&mut self) {
        for (name, n) in self.items.iter_mut() {
            if *n < 5 {
                *n += 10;
                self.record(name);
            }
        }
    }
}

fn main() {
    let mut inv = Inventory { items: HashMap::new(), log: Vec::new() };
    inv.items.insert("nut".to_string(), 2);
    inv.restock();
    println!("{} {:?}", inv.items["nut"], inv.log);
}
