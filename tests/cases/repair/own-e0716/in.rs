fn main() {
    let s: &str = String::from("a b").as_str();
    println!("{}", s);
}
