// prints: circle square
trait Shape {
    fn label(&self) -> String;
}
struct Circle;
struct Square;
impl Shape for Circle {
    fn label(&self) -> String {
        "circle".into()
    }
}
impl Shape for Square {
    fn label(&self) -> String {
        "square".into()
    }
}

fn main() {
    let shapes: Vec<Box<dyn Shape>> = vec![Circle, Square];
    let labels: Vec<String> = shapes.iter().map(|s| s.label()).collect();
    println!("{}", labels.join(" "));
}
