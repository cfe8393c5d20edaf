// prints: [4, 100] 1
struct Filter { min: i32, data: Vec<i32>, dropped: usize }
impl Filter {
    fn run(&mut self) {
        self.data.retain(|x| {
            let keep = *x >= self.min;
            if !keep {
                self.dropped += 1;
            }
            keep
        });
    }
    fn scale(&mut self, k: i32) {
        self.data.iter_mut().for_each(|x| *x = self.clip(*x * k));
    }
    fn clip(&self, x: i32) -> i32 { if x > 100 { 100 } else { x } }
}
fn main() {
    let mut f = Filter { min: 2, data: vec![1, 2, 60], dropped: 0 };
    f.run();
    f.scale(2);
    println!("{:?} {}", f.data, f.dropped);
}
