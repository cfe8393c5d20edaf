// Each word is printed, then how many there were.
// prints: one
// prints: two
// prints: 2 words
fn main() {
    let words = vec![String::from("one"), String::from("two")];
    for word in words {
        println!("{word}");
    }
    println!("{} words", words.len());
}
