fn widest(row: &[char]) -> usize {
    row.iter().map(|c| c.len_utf8()).max().unwrap_or(0)
}

pub fn scan(rows: &[Vec<char>]) -> usize {
    let mut seen = Vec::new();
    for row in rows {
        for c in row {
            seen.push(*c);
        }
    }
    widest(&seen)
}
