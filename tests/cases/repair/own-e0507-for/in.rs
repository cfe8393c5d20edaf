struct L { items: Vec<String> }
impl L { fn show(&self) { for i in self.items { println!("{}", i); } } }
fn main() { L { items: vec!["a".into()] }.show(); }
