fn main() {
    let parts: Vec<&str> = String::from("a,b").trim().split(',').collect();
    println!("{:?}", parts);
}
