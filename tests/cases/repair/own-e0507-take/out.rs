struct Stack { head: Option<Box<N>> }
struct N { v: i32, next: Option<Box<N>> }
impl Stack {
    fn push(&mut self, v: i32) { let n = N { v, next: self.head.take() }; self.head = Some(Box::new(n)); }
    fn pop(&mut self) -> Option<i32> { self.head.take().map(|n| { self.head = n.next; n.v }) }
}
fn main() { let mut s = Stack { head: None }; s.push(1); s.push(2); println!("{:?} {:?}", s.pop(), s.pop()); }
