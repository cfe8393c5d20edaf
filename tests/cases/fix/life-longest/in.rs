// prints: the longest is abcd
fn longest(x: &str, y: &str) -> &str {
    if x.len() > y.len() {
        x
    } else {
        y
    }
}

fn main() {
    let a = String::from("abcd");
    let b = "xyz";
    println!("the longest is {}", longest(a.as_str(), b));
}
