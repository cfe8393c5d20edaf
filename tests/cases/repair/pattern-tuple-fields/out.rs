enum Sh { Rect(f64, f64), Dot }
fn area(s: &Sh) -> f64 { match s { Sh::Rect(w, _) => w * 2.0, Sh::Dot => 0.0 } }
fn main() { println!("{} {}", area(&Sh::Rect(1.0, 2.0)), area(&Sh::Dot)); }
