// prints: rustlings
fn main() {
    let target = "rustlings";
    let optional_target = Some(target);
    if let word = optional_target {
        assert_eq!(word, target);
        println!("{word}");
    }
}
