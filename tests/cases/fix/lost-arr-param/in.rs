// prints: [0, 2, 3]
fn zero(a: [i32; 3]) {
    a[0] = 0;
}
fn main() {
    let mut a = [1, 2, 3];
    zero(&mut a);
    println!("{:?}", a);
}
