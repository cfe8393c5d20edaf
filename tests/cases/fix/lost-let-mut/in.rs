// prints: nut now 5
// prints: 5
struct Item { name: String, qty: u32 }
struct Shop { items: Vec<Item> }
impl Shop {
    fn restock(&mut self, i: usize, n: u32) {
        let mut item = self.items[i];
        item.qty += n;
        println!("{} now {}", item.name, item.qty);
    }
}
fn main() {
    let mut s = Shop { items: vec![Item { name: "nut".into(), qty: 1 }] };
    s.restock(0, 4);
    println!("{}", s.items[0].qty);
}
