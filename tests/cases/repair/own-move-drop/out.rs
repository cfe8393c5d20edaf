fn main() {
    let s = String::from("x");
    println!("{}", s);
    drop(s);
}
