fn pick(a: &str, prefix: &str) -> &str { println!("{}", prefix); a }
fn main() { println!("{}", pick("a", "bb")); }
