// Both traits are needed inside.
// prints: true
trait Named {
    fn name(&self) -> String {
        "x".into()
    }
}
trait Aged {
    fn age(&self) -> u32 {
        18
    }
}
struct Person;
impl Named for Person {}
impl Aged for Person {}

fn adult<T: Named>(who: T) -> bool {
    !who.name().is_empty() && who.age() >= 18
}

fn main() {
    println!("{}", adult(Person));
}
