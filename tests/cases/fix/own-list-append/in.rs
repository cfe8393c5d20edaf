// prints: 3
#[derive(Debug)]
struct Node { v: i32, next: Option<Box<Node>> }

fn append(head: &mut Node, v: i32) {
    let mut cur = head;
    while let Some(n) = cur.next {
        cur = &mut n;
    }
    cur.next = Some(Box::new(Node { v, next: None }));
}

fn main() {
    let mut n = Node { v: 1, next: None };
    append(&mut n, 2);
    append(&mut n, 3);
    println!("{}", n.next.unwrap().next.unwrap().v);
}
