// prints: ["a", "b"]
fn main() {
    let lines = vec!["a=1".to_string(), "b=2".to_string()];
    let mut keys: Vec<&str> = vec![];
    for line in lines {
        let k = line.split('=').next().unwrap();
        keys.push(k);
    }
    println!("{:?}", keys);
}
