pub fn first_long(words: &[String], limit: usize) -> Option<usize> {
    for (i, word) in words.iter() {
        if word.len() > limit {
            return Some(i);
        }
    }
    None
}
