// prints: Number 3
const NUMBER = 3;

fn main() {
    println!("Number {}", NUMBER);
}
