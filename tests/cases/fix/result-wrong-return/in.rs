// An empty name is an error with a message.
// prints: Ok("Hi! My name is Beyonce")
// prints: Err("Empty names aren't allowed")
fn tag(name: String) -> Option<String> {
    if name.is_empty() {
        Err("Empty names aren't allowed".to_string())
    } else {
        Ok(format!("Hi! My name is {name}"))
    }
}

fn main() {
    println!("{:?}", tag("Beyonce".to_string()));
    println!("{:?}", tag(String::new()));
}
