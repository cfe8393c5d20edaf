fn pick<'a>(a: &'a str, prefix: &str) -> &'a str { println!("{}", prefix); a }
fn main() { println!("{}", pick("a", "bb")); }
