struct Meters<T> { v: f64 }
fn main() { let m: Meters<u8> = Meters { v: 1.0 }; println!("{}", m.v); }
