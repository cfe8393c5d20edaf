use std::fmt;
struct P { x: i32 }
impl fmt::Display for P {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result { write!(f, "{}", self.x) }
    fn double(&self) -> i32 { self.x * 2 }
}
fn main() { let p = P { x: 2 }; println!("{} {}", p, p.double()); }
