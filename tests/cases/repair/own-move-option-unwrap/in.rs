fn main() {
    let name: Option<String> = Some(String::from("x"));
    let n = name.unwrap();
    println!("{} {:?}", n, name);
}
