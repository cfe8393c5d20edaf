enum Color { Red, Green, Blue }
fn name(c: &Color) -> &'static str {
    match c {
        Color::Red => "red",
        Color::Green => "green",
    }
}
fn main() { for c in [Color::Red, Color::Green, Color::Blue] { println!("{}", name(&c)); } }
