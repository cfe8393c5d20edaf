fn longest<'a>(a: &'a str, b: &'a str) -> &'a str { if a.len() > b.len() { a } else { b } }
fn main() {
    let a = String::from("long one");
    let result;
    let b = String::from("xyz");
    {
        result = longest(a.as_str(), b.as_str());
    }
    println!("{}", result);
}
