// prints: ["a", "b"]
fn sort(v: &mut Vec<String>) {
    for i in 0..v.len() {
        for j in i + 1..v.len() {
            if v[j] < v[i] {
                let t = v[i];
                v[i] = v[j];
                v[j] = t;
            }
        }
    }
}
fn main() {
    let mut v = vec!["b".to_string(), "a".to_string()];
    sort(&mut v);
    println!("{:?}", v);
}
