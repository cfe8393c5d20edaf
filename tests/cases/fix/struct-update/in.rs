// prints: Order { name: "Hacker", year: 2019, count: 1 }
#[derive(Debug)]
struct Order {
    name: String,
    year: u32
    count: u32,
}

fn template() -> Order {
    Order { name: String::from("Bob"), year: 2019, count: 0 }
}

fn main() {
    let order = Order { name: String::from("Hacker"), count: 1, template() };
    println!("{:?}", order);
}
