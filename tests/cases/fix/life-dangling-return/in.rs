// prints: hello world
fn greeting() -> &String {
    let text = String::from("hello world");
    &text
}

fn main() {
    println!("{}", greeting());
}
