// prints: Some(2) Some("b")
struct Stack {
    items: Vec<i32>,
}

impl Stack {
    fn new() -> Self {
        Stack { items: Vec::new() }
    }
    fn push(&mut self, item: i32) {
        self.items.push(item);
    }
    fn pop(&mut self) -> Option<i32> {
        self.items.pop()
    }
}

fn main() {
    let mut numbers = Stack::new();
    numbers.push(1);
    numbers.push(2);
    let mut words = Stack::new();
    words.push("a");
    words.push("b");
    println!("{:?} {:?}", numbers.pop(), words.pop());
}
