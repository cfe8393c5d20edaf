// prints: <x>
trait Named {
    fn name(&self) -> &str;
}

struct A { n: String }

impl Named for A {
    fn name(&self) -> &str {
        let s = format!("<{}>", self.n);
        s.as_str()
    }
}

fn main() {
    println!("{}", A { n: "x".into() }.name());
}
