// prints: 1
fn main() {
    let mut shopping: Vec<?> = Vec::new();
    shopping.push("milk");
    println!("{}", shopping.len());
}
