// prints: 2
struct Report<'a> { lines: Vec<&'a str> }
fn report(text: String) -> Report {
    Report { lines: text.lines().collect() }
}
fn main() {
    let t = String::from("a\nb");
    let r = report(t);
    println!("{}", r.lines.len());
}
