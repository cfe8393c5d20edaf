// prints: 4
fn mid(v: &[i32], w: &[i32]) -> usize {
    let total = (v.len() + w.len() / 2;
    total
}
fn main() {
    println!("{}", mid(&[1, 2, 3], &[4, 5, 6, 7, 8]));
}
