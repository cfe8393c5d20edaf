// prints: 2
trait Step { fn step(&mut self); fn pos(&self) -> i32; }
struct A(i32);
impl Step for A { fn step(&mut self) { self.0 += 1; } fn pos(&self) -> i32 { self.0 } }
fn run(all: &Vec<Box<dyn Step>>) {
    for s in all {
        s.step();
    }
}
fn main() {
    let v: Vec<Box<dyn Step>> = vec![Box::new(A(1))];
    run(&v);
    println!("{}", v[0].pos());
}
