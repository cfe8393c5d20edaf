// prints: 4
trait Shape { fn area(&self) -> f64; }
struct Sq(f64);
impl Shape for Sq { fn area(&self) -> f64 { self.0 * self.0 } }

fn make(kind: &str) -> Box<Shape> {
    Box::new(Sq(2.0))
}

struct Scene { shapes: Vec<dyn Shape> }

fn main() {
    let s = Scene { shapes: vec![make("sq")] };
    println!("{}", s.shapes.iter().map(|x| x.area()).sum::<f64>());
}
