struct Ex<'a> { part: &'a str }
impl Ex<'_> { fn show(&self) -> &str { self.part } }
fn main() { let e = Ex { part: "a" }; println!("{}", e.show()); }
