pub enum Shape {
    Circle { x: i32, y: i32, r: u32 },
    Line(i32, i32, u32),
}

pub fn size(s: &Shape) -> u32 {
    match s {
        Shape::Circle { r, .. } => *r,
        Shape::Line(_, n) => *n,
    }
}
