pub struct Pile {
    items: Vec<String>,
}

impl Pile {
    pub fn drain(&mut self) -> usize {
        let mut n = 0;
        while let (item) = self.items.pop() {
            n += item.len();
        }
        n
    }
}
