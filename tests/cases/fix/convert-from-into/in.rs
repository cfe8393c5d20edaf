// prints: Mark 20
struct Person {
    name: String,
    age: u8,
}

impl From<&str> for Person {
    fn from(s: &str) -> Person {
        let mut parts = s.split(',');
        let name = parts.next().unwrap_or("John");
        let age = parts.next().and_then(|a| a.parse().ok()).unwrap_or(30);
        Person { name, age }
    }
}

fn main() {
    let p = "Mark,20".into();
    println!("{} {}", p.name, p.age);
}
