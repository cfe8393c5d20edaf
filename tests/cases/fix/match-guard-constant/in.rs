// prints: max other
trait Limit {
    const MAX: u32;
}

struct Small;

impl Limit for Small {
    const MAX: u32 = 3;
}

fn check<L: Limit>(n: u32) -> &'static str {
    match n {
        L::MAX => "max",
        _ => "other",
    }
}

fn main() {
    println!("{} {}", check::<Small>(3), check::<Small>(4));
}
