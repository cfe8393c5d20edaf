enum Op { Add, Sub, Mul }
fn apply(o: Op, a: i32, b: i32) -> i32 {
    match o {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
    }
}
fn main() { println!("{} {} {}", apply(Op::Add, 1, 2), apply(Op::Sub, 1, 2), apply(Op::Mul, 1, 2)); }
