// prints: Some("banana")
// prints: Some("custard")
fn main() {
    let fruits = vec!["banana", "custard"];
    let mut fav = fruits;
    println!("{:?}", fav.next());
    println!("{:?}", fav.next());
}
