// `last` only looks, `shout` takes. Make the signatures agree with the calls.
// prints: Some('!')
// prints: HELLO!
fn last(text: &str) -> Option<char> {
    text.chars().last()
}

fn shout(text: &String) {
    text = text.to_uppercase();
    println!("{text}");
}

fn main() {
    let text = "hello!".to_string();
    println!("{:?}", last(&text));
    shout(text);
}
