struct U { name: String }
impl U { fn name(&self) -> &str { let n = self.name.to_uppercase(); n.as_str() } }
fn main() { println!("{}", U { name: "a".into() }.name()); }
