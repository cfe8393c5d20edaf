// prints: 24
fn main() {
    let total: u32 = "7 8 9".split(' ').map(|s| s.parse::<u32>()).sum();
    println!("{}", total);
}
