// prints: a = 1
// prints: b = 2
// prints: c = 3
fn main() {
    println!("a = {}", 1);
    println!(b = {}", 2);
    println!("c = {}", 3);
}
