// prints: b
fn shift(c: char, n: u8) -> char {
    let base = 'a';
    ((c - base + n) % 26 + base) as char
}

fn main() {
    println!("{}", shift('y', 3));
}
