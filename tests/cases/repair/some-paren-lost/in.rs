pub fn find(values: &[u8], wanted: u8) -> Option<usize> {
    for (i, v) in values.iter().enumerate() {
        if *v == wanted {
            return Some(i);
        }
    }
    if wanted == 0 {
        (0)
    } else {
        None
    }
}
