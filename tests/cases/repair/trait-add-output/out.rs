use std::ops::Add;
#[derive(Debug, Clone, Copy)]
struct V { x: i32 }
impl Add for V {
    type Output = V;
    fn add(self, o: V) -> V { V { x: self.x + o.x } }
}
fn main() { println!("{:?}", V { x: 1 } + V { x: 2 }); }
