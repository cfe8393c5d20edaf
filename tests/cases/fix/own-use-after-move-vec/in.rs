// Fix me: the list is wanted twice. It should print both lines.
// prints: total 6
// prints: items 3
fn total(items: Vec<i32>) -> i32 {
    items.iter().sum()
}

fn main() {
    let items = vec![1, 2, 3];
    println!("total {}", total(items));
    println!("items {}", items.len());
}
