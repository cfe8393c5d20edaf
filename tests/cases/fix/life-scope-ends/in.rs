// prints: longest: long string
fn longest<'a>(x: &'a str, y: &'a str) -> &'a str {
    if x.len() > y.len() {
        x
    } else {
        y
    }
}

fn main() {
    let first = String::from("long string");
    let result;
    {
        let second = String::from("xyz");
        result = longest(first.as_str(), second.as_str());
    }
    println!("longest: {}", result);
}
