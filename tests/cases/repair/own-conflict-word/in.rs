fn first_word(s: &String) -> &str { match s.find(' ') { Some(i) => &s[..i], None => &s[..] } }
fn main() {
    let mut s = String::from("hello world");
    let word = first_word(&s);
    s.clear();
    println!("the first word is: {} {}", word, s.len());
}
