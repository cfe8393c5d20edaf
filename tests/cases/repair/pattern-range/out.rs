fn grade(n: u32) -> char { match n { 90..=100 => 'A', _ => 'B' } }
fn main() { println!("{}", grade(95)); }
