fn main() {
    let mut all = Vec::new();
    let line = String::from("abc");
    all.push(line);
    println!("{} {}", all.len(), line);
}
