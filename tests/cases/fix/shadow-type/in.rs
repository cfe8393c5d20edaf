// prints: 5
// prints: 5
fn main() {
    let number = "T-H-R-E-E";
    println!("{}", number.len() - 4);
    number = 3;
    println!("{}", number + 2);
}
