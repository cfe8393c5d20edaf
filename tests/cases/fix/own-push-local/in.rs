// prints: n0,n1,n2
fn main() {
    let mut names: Vec<&str> = Vec::new();
    for i in 0..3 {
        let n = format!("n{}", i);
        names.push(&n);
    }
    println!("{}", names.join(","));
}
