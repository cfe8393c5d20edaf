// prints: 1
fn is_even(n: i32) -> bool { n % 2 == 0 }
fn count(a: &[i32]) -> usize {
    let mut c = 0;
    for i in 0..a.len() {
        if is_even(a[i] && !is_even(a[a.len() - 1 - i]) {
            c += 1;
        }
    }
    c
}
fn main() {
    println!("{}", count(&[1, 2, 4, 3, 5]));
}
