//! Prints a report about some rectangles of the `shapes` crate.

use shapes::{largest, Rectangle};

fn main() {
    let shapes = vec![
        Rectangle { width: 2.0, height: 3.0 },
        Rectangle { width: 4.0, height: 2.5 },
    ];
    for shape in &shapes {
        println!("{} x {} = {}", shape.width, shape.height, shape.area());
    }
    if let Some(shape) = largest(shapes) {
        println!("largest: {} x {}", shape.width, shape.height);
    }
}
