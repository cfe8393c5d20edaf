// prints: 4
#[derive(Default)]
struct Node { key: i32, left: Option<Box<Node>>, right: Option<Box<Node>> }

impl Node {
    fn insert(&mut self, key: i32) {
        let slot = if key < self.key { self.left } else { self.right };
        match slot {
            Some(n) => n.insert(key),
            None => slot = Some(Box::new(Node { key, left: None, right: None })),
        }
    }
    fn count(&self) -> usize {
        1 + self.left.as_ref().map_or(0, |n| n.count()) + self.right.as_ref().map_or(0, |n| n.count())
    }
}

fn main() {
    let mut t = Node { key: 5, left: None, right: None };
    t.insert(3);
    t.insert(8);
    t.insert(4);
    println!("{}", t.count());
}
