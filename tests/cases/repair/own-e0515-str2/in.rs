fn longest_word() -> &'static str { let text = String::from("some words here"); let w = text.split(' ').max_by_key(|w| w.len()).unwrap(); w }
fn main() { println!("{}", longest_word()); }
