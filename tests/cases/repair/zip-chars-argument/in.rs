pub fn distance(a: &str, b: &str) -> Option<usize> {
    if a.len() != b.len() {
        return None;
    }
    Some(a.chars().zip(b).filter(|(x, y)| x != y).count())
}
