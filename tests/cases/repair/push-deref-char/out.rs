pub fn gather(rows: &[Vec<char>], at: usize) -> Vec<char> {
    let mut out = Vec::new();
    for row in rows {
        for c in row.iter().skip(at) {
            out.push(*c);
        }
    }
    out
}
