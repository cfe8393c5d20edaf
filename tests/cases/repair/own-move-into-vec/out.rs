fn main() {
    let mut all = Vec::new();
    let line = String::from("abc");
    all.push(line.clone());
    println!("{} {}", all.len(), line);
}
