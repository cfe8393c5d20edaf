#[derive(Debug)]
struct P { x: i32 }
impl Clone for P { fn clone(&self) -> P { P { x: self.x } } }
fn main() { println!("{:?}", P { x: 1 }.clone()); }
