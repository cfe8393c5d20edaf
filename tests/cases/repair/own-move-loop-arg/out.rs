fn take(s: &str) -> usize { s.len() }
fn main() {
    let s = String::from("hey");
    let mut n = 0;
    for _ in 0..3 { n += take(&s); }
    println!("{}", n);
}
