// prints: 5.0
struct P { x: f64, y: f64 }
fn dist(a: &P, b: &P) -> f64 {
    ((a.x - b.x).powi(2) + (a.y - b.y.powi(2)).sqrt()
}

fn main() {
    println!("{:.1}", dist(&P { x: 0.0, y: 0.0 }, &P { x: 3.0, y: 4.0 }));
}
