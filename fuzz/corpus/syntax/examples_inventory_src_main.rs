//! A small stock list. It does not compile: an import is missing (found when names are resolved), two types do not
//! match (found by the type checker), a value is used after it moved and a variable is not mutable (found by the
//! borrow checker, which runs only when everything before it is right).

use std::fmt;

#[derive(Debug, Clone, PartialEq)]
struct Item {
    name: String,
    quantity: u32,
    price_cents: u64,
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<8} {:>3} x {:>6.2}", self.name, self.quantity, self.price_cents as f64 / 100.0)
    }
}

#[derive(Default)]
struct Inventory {
    items: HashMap<String, Item>,
}

impl Inventory {
    fn add(&mut self, name: &str, quantity: u32, price_cents: u64) {
        let item = Item { name: name, quantity, price_cents };
        self.items.insert(item.name, item);
    }

    fn total_cents(&self) -> u64 {
        self.items.values().map(|item| item.quantity * item.price_cents).sum()
    }

    fn remove(&mut self, name: &str) -> Result<Item, String> {
        self.items.remove(name).ok_or_else(|| format!("no such item: {name}"))
    }
}

fn main() {
    let inventory = Inventory::default();
    inventory.add("bolt", 120, 15);
    inventory.add("nut", 200, 10);
    inventory.add("gear", 4, 1250);

    match inventory.remove("nut") {
        Ok(item) => println!("sold out: {item}"),
        Err(message) => println!("{message}"),
    }

    let mut names: Vec<&String> = inventory.items.keys().collect();
    names.sort();
    for name in names {
        println!("{}", inventory.items[name]);
    }
    println!("total {:.2}", inventory.total_cents() as f64 / 100.0);
}
