// prints: Hello
fn capitalize(input: &str) -> String {
    let mut c = input.chars();
    match c.next() {
        None => String::new(),
        Some(first) => first.to_uppercase() + c.as_str(),
    }
}

fn main() {
    println!("{}", capitalize("hello"));
}
