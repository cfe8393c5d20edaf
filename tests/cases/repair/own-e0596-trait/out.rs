trait Tick { fn tick(&mut self); }
struct C { n: i32 }
impl Tick for C { fn tick(&mut self) { self.n += 1; } }
fn main() { let mut c = C { n: 0 }; c.tick(); println!("{}", c.n); }
