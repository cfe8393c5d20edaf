// prints: Moved to Position { row: 1, column: 2 }
// prints: true
struct Position {
    row: u32,
    column: u32,
}

fn main() {
    let a = Position { row: 1, column: 2 };
    let b = a.clone();
    println!("Moved to {:?}", b);
    println!("{}", a == b);
}
