// prints: few
fn size(n: u32) -> &'static str {
    match n {
        0 => "none",
        1..=5 => "few",
    }
}

fn main() {
    println!("{}", size(3));
}
