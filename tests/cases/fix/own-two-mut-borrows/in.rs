// Both additions are wanted; only the order of the borrows is wrong.
// prints: 15
fn main() {
    let mut x = 0;
    let y = &mut x;
    let z = &mut x;
    *y += 10;
    *z += 5;
    println!("{x}");
}
