// prints: 11
fn gap(a: &[i32], i: usize) -> i32 {
    (a[i + 1] - a[i].abs()
}
fn main() {
    println!("{}", gap(&[9, -2, 3], 0));
}
