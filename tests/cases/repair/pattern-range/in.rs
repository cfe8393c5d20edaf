fn grade(n: u32) -> char { match n { 100..=90 => 'A', _ => 'B' } }
fn main() { println!("{}", grade(95)); }
