// prints: [0, 1, 2]
fn fill(v: Vec<i32>) {
    for i in 0..3 {
        v.push(i);
    }
}
fn main() {
    let v = Vec::new();
    fill(v);
    println!("{:?}", v);
}
