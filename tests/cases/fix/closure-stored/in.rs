// prints: clicked 5
struct Button {
    handlers: Vec<Box<dyn Fn(i32)>>,
}

impl Button {
    fn on<F: Fn(i32)>(&mut self, f: F) {
        self.handlers.push(Box::new(f));
    }
    fn click(&self) {
        for h in self.handlers.iter() {
            h(1);
        }
    }
}

fn main() {
    let mut b = Button { handlers: Vec::new() };
    let k = 4;
    b.on(|n| println!("clicked {}", n + k));
    b.click();
}
