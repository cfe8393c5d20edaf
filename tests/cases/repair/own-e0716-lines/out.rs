fn main() {
    let text = String::from("a,b");
    let parts: Vec<&str> = text.trim().split(',').collect();
    println!("{:?}", parts);
}
