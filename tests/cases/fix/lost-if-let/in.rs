// prints: 2 1
struct Node { v: i32, tags: Vec<String> }
struct L { head: Option<Box<Node>> }
impl L {
    fn bump(&mut self) {
        if let Some(mut n) = self.head {
            n.v += 1;
            n.tags.push("x".to_string());
        }
    }
}
fn main() {
    let mut l = L { head: Some(Box::new(Node { v: 1, tags: vec![] })) };
    l.bump();
    let n = l.head.unwrap();
    println!("{} {}", n.v, n.tags.len());
}
