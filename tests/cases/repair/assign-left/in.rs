pub fn count(v: &[u32], limit: u32) -> (usize, u32) {
    let mut n = 0;
    let mut best = 0;
    for x in v {
        if *x < limit {
            1 += n;
        }
        if *x > best {
            best = *x;
        }
    }
    (n, best)
}
