// prints: [1, 2]
use std::collections::HashMap;
struct S { m: HashMap<String, Vec<i32>> }
impl S {
    fn add(&mut self, k: &str, v: i32) {
        match self.m.get(k) {
            Some(list) => list.push(v),
            None => { self.m.insert(k.to_string(), vec![v]); }
        }
    }
}
fn main() {
    let mut s = S { m: HashMap::new() };
    s.add("a", 1);
    s.add("a", 2);
    println!("{:?}", s.m["a"]);
}
