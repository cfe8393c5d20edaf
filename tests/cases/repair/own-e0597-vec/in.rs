fn main() {
    let mut names: Vec<&str> = Vec::new();
    for i in 0..3 {
        let s = format!("n{}", i);
        names.push(&s);
    }
    println!("{:?}", names);
}
