struct W<'a> { s: &'a str }
impl<'a> W<'a> { fn len<'a>(x: &'a str) -> usize { x.len() } fn s(&self) -> &'a str { self.s } }
fn main() { println!("{} {}", W::len("ab"), W { s: "a" }.s()); }
