struct Node { next: Option<Box<Node>>, v: i32 }
impl Node { fn next_value(&self) -> i32 { self.next.unwrap().v } }
fn main() { let n = Node { next: Some(Box::new(Node { next: None, v: 2 })), v: 1 }; println!("{} {}", n.next_value(), n.v); }
