trait Store { fn put<T: ToString>(&self, t: T) -> String; fn name(&self) -> String; }
struct M;
impl Store for M { fn put<T: ToString>(&self, t: T) -> String { t.to_string() } fn name(&self) -> String { "m".into() } }
fn main() { let s: Box<dyn Store> = Box::new(M); println!("{} {}", s.name(), M.put(1)); }
