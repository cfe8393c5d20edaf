// prints: 21
fn count(v: &[i32]) -> i32 {
    let mut c = 0;
    for x in v {
        if *x > 2 {
            c += 1;
        c += 10;
    }
    c
}
fn main() {
    println!("{}", count(&[1, 5]));
}
