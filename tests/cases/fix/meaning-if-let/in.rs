// prints: number is 4
fn main() {
    let optional_number = Some(3);
    if let number = optional_number {
        println!("number is {}", number + 1);
    } else {
        println!("none");
    }
}
