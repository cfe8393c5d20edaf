fn longest_word() -> String { let text = String::from("some words here"); let w = text.split(' ').max_by_key(|w| w.len()).unwrap(); w.to_string() }
fn main() { println!("{}", longest_word()); }
