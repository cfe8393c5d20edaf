// prints: 6
fn each<F: Fn(i32)>(v: &[i32], f: F) {
    for x in v {
        f(*x);
    }
}
fn main() {
    let mut sum = 0;
    each(&[1, 2, 3], |x| sum += x);
    println!("{}", sum);
}
