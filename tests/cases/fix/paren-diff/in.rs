// prints: 18
fn square(n: i64) -> i64 {
    n * n
}

fn cube(n: i64) -> i64 {
    n * n * n
}

fn difference(n: i64) -> i64 {
    cube(n - square(n)
}

fn main() {
    println!("{}", difference(3));
}
