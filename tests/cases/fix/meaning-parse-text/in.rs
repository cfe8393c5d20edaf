// prints: 42
use std::io;

fn parse_line(line: String) -> i32 {
    let n: i32 = line.trim();
    n
}

fn main() {
    let _ = io::stdin();
    println!("{}", parse_line("42 ".to_string()));
}
