enum Kind { Text(String), No }
struct T { kind: Kind }
impl T { fn len(&self) -> usize { match &self.kind { Kind::Text(s) => s.len(), Kind::No => 0 } } }
fn main() { let t = T { kind: Kind::Text("abc".into()) }; println!("{}", t.len()); }
