// prints: true 480
struct Package {
    sender: String,
    grams: u32,
}

impl Package {
    fn new(sender: String, grams: u32) -> Package {
        Package { sender: sender, grams: grams }
    }
    fn is_heavy() -> bool {
        self.grams > 100
    }
    fn fee(&self, per_gram: u32) {
        self.grams * per_gram
    }
}

fn main() {
    let p = Package::new(String::from("Spain"), 160);
    let _ = &p.sender;
    println!("{} {}", p.is_heavy(), p.fee(3));
}
