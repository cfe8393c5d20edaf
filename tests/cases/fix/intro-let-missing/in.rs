// prints: x is 5
// prints: odd
fn main() {
    x = 5;
    println!("x is {}", x);
    let even = x % 2 == 0;
    if even {
        println!("even");
    } else {
        println!("odd")
    }
