// prints: Pair { left: 2, right: 1 }
// prints: Pair { left: "two", right: "one" }
#[derive(Debug)]
struct Pair {
    left: i32,
    right: i32,
}

impl Pair {
    fn new(left: i32, right: i32) -> Pair {
        Pair { left, right }
    }
    fn swap(self) -> Pair {
        Pair { left: self.right, right: self.left }
    }
}

fn main() {
    let a = Pair::new(1, 2).swap();
    let b = Pair::new("one", "two").swap();
    println!("{:?}", a);
    println!("{:?}", b);
}
