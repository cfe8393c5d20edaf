fn divides(n: u32, by: u32) -> bool {
    n.is_multiple_of(by)
}

pub fn least(limit: u32) -> u32 {
    let mut at = 1;
    let mut found = 0;
    while found < limit {
        at += 2;
        if !divides(at, 3) {
            found += 1;
        }
    }
    at
}
