// prints: [3]
#[derive(Debug)]
struct B { cur: Vec<u8>, next: Vec<u8> }
impl B {
    fn step(&mut self) {
        self.next = self.cur.iter().map(|c| c + 1).collect();
        self.cur = self.next;
    }
}
fn main() {
    let mut b = B { cur: vec![1], next: vec![] };
    b.step();
    b.step();
    println!("{:?}", b.cur);
}
