pub fn backwards(s: &str) -> usize {
    let letters = s.chars().rev().collect();
    letters.len()
}
