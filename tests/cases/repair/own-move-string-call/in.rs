fn shout(s: String) -> usize { println!("{}!", s); s.len() }
fn main() {
    let name = String::from("Ann");
    let n = shout(name);
    println!("{} has {}", name, n);
}
