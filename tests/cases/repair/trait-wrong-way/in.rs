trait Run { fn run(&self) -> i32; }
struct A;
impl A for Run { fn run(&self) -> i32 { 1 } }
fn main() { println!("{}", A.run()); }
