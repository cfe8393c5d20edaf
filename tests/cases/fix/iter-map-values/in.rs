// prints: 2 done
use std::collections::HashMap;

#[derive(PartialEq)]
enum Progress {
    None,
    Complete,
}

fn count(map: &HashMap<String, Progress>, value: Progress) -> usize {
    map.values().filter(|v| v == value).count()
}

fn main() {
    let mut map = HashMap::new();
    map.insert("a".to_string(), Progress::Complete);
    map.insert("b".to_string(), Progress::Complete);
    map.insert("c".to_string(), Progress::None);
    println!("{} done", count(&map, Progress::Complete));
}
