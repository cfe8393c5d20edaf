// Some of the values may be missing: the sum needs the inner numbers.
// prints: 2 scoops
fn scoops(hour: u16) -> Option<u16> {
    if hour > 23 {
        None
    } else if hour < 22 {
        Some(5)
    } else {
        Some(0)
    }
}

fn main() {
    let mut left: u16 = 7;
    if let Some(eaten) = scoops(12) {
        left -= scoops(12);
        let _ = eaten;
    }
    println!("{} scoops", left);
}
