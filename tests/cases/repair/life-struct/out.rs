struct Ex<'a> { part: &'a str }
impl Ex<'_> { fn show(&self) -> String { self.part.to_string() } }
fn main() { let e = Ex { part: "a" }; println!("{}", e.show()); }
