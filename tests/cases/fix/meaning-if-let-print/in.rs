// prints: The word is: rust
fn main() {
    let optional_word = Some(String::from("rust"));
    if let word = optional_word {
        println!("The word is: {}", word);
    } else {
        println!("none");
    }
}
