trait Tick { fn tick(&self); }
struct C { n: i32 }
impl Tick for C { fn tick(&self) { self.n += 1; } }
fn main() { let c = C { n: 0 }; c.tick(); println!("{}", c.n); }
