fn pick<'a, 'b: 'a>(x: &'a str, y: &'b str) -> &'a str { if x.len() > y.len() { x } else { y } }
fn main() { println!("{}", pick("a", "bb")); }
