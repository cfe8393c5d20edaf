pub fn grade(points: u32) -> Option<char> {
    if points > 100 {
        return None;
    }
    (match points {
        90..=100 => 'a',
        70..=89 => 'b',
        _ => 'c',
    })
}
