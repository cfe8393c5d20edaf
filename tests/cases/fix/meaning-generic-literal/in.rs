// prints: 3 4
struct Point {
    x: i32,
    y: i32,
}

fn main() {
    let a = Point { x: 1, y: 2 };
    let b = Point { x: 1.5, y: 2.5 };
    println!("{} {}", a.x + a.y, b.x + b.y);
}
