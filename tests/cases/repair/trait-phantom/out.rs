struct Meters<T> { v: f64, _marker: std::marker::PhantomData<T> }
fn main() { let m: Meters<u8> = Meters { v: 1.0 , _marker: std::marker::PhantomData }; println!("{}", m.v); }
