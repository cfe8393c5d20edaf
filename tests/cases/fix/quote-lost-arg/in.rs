// prints: x y
fn greet(a: &str, b: &str) -> String {
    format!("{a} {b}")
}
fn main() {
    println!("{}", greet("x, "y"));
}
