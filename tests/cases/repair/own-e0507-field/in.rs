struct User { name: String }
impl User { fn name(&self) -> String { self.name } }
fn main() { let u = User { name: "a".to_string() }; println!("{}", u.name()); }
