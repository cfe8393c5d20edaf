// prints: 3
// prints: one-two-three
fn main() {
    let words = vec!["one", two", "three"];
    println!("{}", words.len());
    println!("{}", words.join("-"));
}
