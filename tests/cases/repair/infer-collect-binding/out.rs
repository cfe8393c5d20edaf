pub fn backwards(s: &str) -> usize {
    let letters: Vec<_> = s.chars().rev().collect();
    letters.len()
}
