struct Maker;
impl Maker { fn make<T: Default>(&self) -> T { T::default() } }
fn main() { let n: i32 = Maker.make(); println!("{}", n); }
