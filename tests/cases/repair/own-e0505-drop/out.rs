fn main() {
    let s = String::from("x");
    let r = &s;
    println!("{}", r);
    drop(s);
}
