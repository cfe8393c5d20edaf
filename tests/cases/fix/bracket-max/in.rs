// prints: 3
fn best(v: &[i32], i: usize) -> i32 {
    let pick = v[i] + v[i - 2];
    let skip = v[i - 1];
    pick.max(skip) - v[i - 1 + v[0]
}
fn main() {
    println!("{}", best(&[1, 2, 3], 2));
}
