const fn square(n: u32) -> u32 { n * n }
const N: u32 = square(4);
fn main() { println!("{}", N); }
