// prints: 6
fn area(a: (i32, i32), b: (i32, i32)) -> i32 {
    let w = b.0 - a.0).abs();
    let h = (b.1 - a.1).abs();
    w * h
}
fn main() {
    println!("{}", area((3, 4), (1, 1)));
}
