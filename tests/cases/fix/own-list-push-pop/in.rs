// prints: Some(2)
// prints: Some(2) Some(1) None
struct Node { value: i32, next: Option<Box<Node>> }

struct List { head: Option<Box<Node>> }

impl List {
    fn push(&mut self, value: i32) {
        let node = Box::new(Node { value, next: self.head });
        self.head = Some(node);
    }
    fn pop(&mut self) -> Option<i32> {
        match self.head {
            None => None,
            Some(node) => {
                self.head = node.next;
                Some(node.value)
            }
        }
    }
    fn peek(&self) -> Option<&i32> {
        self.head.map(|n| &n.value)
    }
}

fn main() {
    let mut l = List { head: None };
    l.push(1);
    l.push(2);
    println!("{:?}", l.peek());
    println!("{:?} {:?} {:?}", l.pop(), l.pop(), l.pop());
}
