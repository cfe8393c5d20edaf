// prints: false true true
fn leap(y: u32) -> bool {
    (y % 4 == 0 && y % 100 != 0 || y % 400 == 0
}
fn main() {
    println!("{} {} {}", leap(1900), leap(2000), leap(2024));
}
