// The point has to live on after the match.
// prints: at 100,200
// prints: Some(Point { x: 100, y: 200 })
#[derive(Debug)]
struct Point {
    x: i32,
    y: i32,
}

fn main() {
    let spot = Some(Point { x: 100, y: 200 });
    match spot {
        Some(p) => println!("at {},{}", p.x, p.y),
        None => println!("nowhere"),
    }
    println!("{spot:?}");
}
