pub fn nearest(n: u32) -> u32 {
    let mut m = n;
    while !is_round(m) {
        m += 1;
    }
    m
}

fn is_round(n: i32) -> bool {
    (2..=9).all(|d| n.is_multiple_of(d))
}
