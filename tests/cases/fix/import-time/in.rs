// Complete the imports.
// prints: later
fn main() {
    match SystemTime::now().duration_since(UNIX_EPOCH) {
        Ok(d) if d.as_secs() > 0 => println!("later"),
        Ok(_) => println!("now"),
        Err(_) => panic!("before the epoch"),
    }
}
