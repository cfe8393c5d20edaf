// prints: [1, 7]
struct Inv { slots: Vec<u32> }
impl Inv {
    fn slot(&self, i: usize) -> &u32 { &self.slots[i] }
}
fn main() {
    let mut inv = Inv { slots: vec![1, 2] };
    *inv.slot(1) += 5;
    println!("{:?}", inv.slots);
}
