#[derive(Debug)]
struct T { v: i32, left: Option<Box<T>>, right: Option<Box<T>> }
impl T { fn insert(&mut self, v: i32) { if v < self.v { match &mut self.left { Some(l) => l.insert(v), None => self.left = Some(Box::new(T { v, left: None, right: None })) } } } }
fn main() { let mut t = T { v: 2, left: None, right: None }; t.insert(1); println!("{:?}", t); }
