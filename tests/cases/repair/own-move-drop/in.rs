fn main() {
    let s = String::from("x");
    drop(s);
    println!("{}", s);
}
