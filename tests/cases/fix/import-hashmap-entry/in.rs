// prints: 3 kinds, 6 fruits
fn basket() -> HashMap<String, u32> {
    let mut basket = HashMap::new();
    basket.insert(String::from("banana"), 2);
    basket.insert(String::from("apple"), 3);
    basket.insert(String::from("mango"), 1);
    basket
}

fn main() {
    let basket = basket();
    println!("{} kinds, {} fruits", basket.len(), basket.values().sum::<u32>());
}
