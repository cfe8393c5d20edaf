struct Ex { part: &str }
impl Ex { fn show(&self) -> String { self.part.to_string() } }
fn main() { let e = Ex { part: "a" }; println!("{}", e.show()); }
