// prints: circle 3.1
// prints: shape 6.0
// prints: 6
use std::fmt;

trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> String { "shape" }
}

struct Circle { r: f64 }
struct Rect { w: f64, h: f64 }

impl Shape for Circle {
    fn area(&self) -> f64 { std::f64::consts::PI * self.r * self.r }
    fn name(&self) -> String { String::from("circle") }
}

impl Shape for Rect {
    fn area(self) -> f64 { self.w * self.h }
}

impl fmt::Display for dyn Shape {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "{} {:.1}", self.name(), self.area()) }
}

fn largest(shapes: &Vec<Box<dyn Shape>>) -> Option<&Box<dyn Shape>> {
    shapes.iter().max_by(|a, b| a.area().cmp(&b.area()))
}

fn main() {
    let shapes: Vec<Box<dyn Shape>> = vec![Circle { r: 1.0 }, Rect { w: 2.0, h: 3.0 }];
    for s in &shapes {
        println!("{}", s);
    }
    println!("{}", largest(&shapes).unwrap().area());
}
