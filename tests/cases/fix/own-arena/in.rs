// prints: 6
struct Arena { nodes: Vec<Node> }
struct Node { val: i32, kids: Vec<usize> }
impl Arena {
    fn total(&self, i: usize) -> i32 {
        let node = self.nodes[i];
        let mut t = node.val;
        for k in node.kids {
            t += self.total(k);
        }
        t
    }
    fn double(&mut self, i: usize) {
        let node = &mut self.nodes[i];
        node.val *= 2;
        for k in &node.kids {
            self.double(*k);
        }
    }
}
fn main() {
    let mut a = Arena { nodes: vec![Node { val: 1, kids: vec![1] }, Node { val: 2, kids: vec![] }] };
    a.double(0);
    println!("{}", a.total(0));
}
