// prints: 42 Foo
struct Wrapper {
    value: u32,
}

impl Wrapper {
    pub fn new(value: u32) -> Self {
        Wrapper { value }
    }
}

fn main() {
    let a = Wrapper::new(42);
    let b = Wrapper::new("Foo");
    println!("{} {}", a.value, b.value);
}
