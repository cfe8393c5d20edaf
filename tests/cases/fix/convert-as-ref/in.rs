// prints: 6 5
fn byte_count<T>(arg: T) -> usize {
    arg.as_ref().as_bytes().len()
}

fn char_count<T>(arg: T) -> usize {
    arg.as_ref().chars().count()
}

fn main() {
    println!("{} {}", byte_count("Caf\u{e9}s"), char_count(String::from("Caf\u{e9}s")));
}
