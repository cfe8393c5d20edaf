// The caller's vector is given away and comes back longer.
// prints: [22, 44, 88]
fn fill(vec: Vec<i32>) -> Vec<i32> {
    vec.push(88);
    vec
}

fn main() {
    let start = vec![22, 44];
    let full = fill(start);
    println!("{full:?}");
}
