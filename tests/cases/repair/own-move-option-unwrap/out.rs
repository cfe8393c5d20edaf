fn main() {
    let name: Option<String> = Some(String::from("x"));
    let n = name.as_ref().unwrap();
    println!("{} {:?}", n, name);
}
