struct U { name: String }
impl U { fn name(&self) -> String { let n = self.name.to_uppercase(); n } }
fn main() { println!("{}", U { name: "a".into() }.name()); }
