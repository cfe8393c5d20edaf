fn main() {
    let text = String::from("a b");
    let s: &str = text.as_str();
    println!("{}", s);
}
