use std::collections::HashMap;
struct C { m: HashMap<u32, u32>, hits: u32 }
impl C { fn get(&mut self, k: u32) -> u32 { match self.m.get(&k).copied() { Some(v) => { self.hit(); v } None => 0 } } fn hit(&mut self) { self.hits += 1; } }
fn main() { let mut c = C { m: HashMap::new(), hits: 0 }; println!("{} {}", c.get(1), c.hits); }
