// prints: negative zero 5
fn classify(n: i32) -> String {
    if n < 0 {
        "negative"
    }
    if n == 0 {
        return "zero";
    }
    format!("{}", n)
}

fn main() {
    println!("{} {} {}", classify(-1), classify(0), classify(5));
}
