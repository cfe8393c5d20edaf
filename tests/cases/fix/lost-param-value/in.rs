// prints: Counter { n: 2, name: "a" }
#[derive(Debug)]
struct Counter { n: u32, name: String }
fn bump(c: Counter) {
    c.n += 1;
}
fn main() {
    let c = Counter { n: 1, name: "a".to_string() };
    bump(c);
    println!("{:?}", c);
}
