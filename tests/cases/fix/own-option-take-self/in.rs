// The queue gives its first job away.
// prints: Some("build")
// prints: None
struct Slot {
    job: Option<String>,
}

impl Slot {
    fn release(&mut self) -> Option<String> {
        let job = self.job;
        self.job = None;
        job
    }
}

fn main() {
    let mut slot = Slot { job: Some("build".into()) };
    println!("{:?}", slot.release());
    println!("{:?}", slot.release());
}
