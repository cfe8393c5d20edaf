fn make() -> String { let s = String::from("abc"); s }
fn main() { println!("{}", make()); }
