use std::collections::HashMap;

pub struct Pair<A> {
    left: A,
    right: A,
}

pub fn sum(p: &Pair<u32>) -> u32 {
    p.left + p.right
}

pub fn index(words: &[&str]) -> HashMap<String> {
    let mut map: HashMap<String, usize> = HashMap::new();
    for w in words {
        *map.entry(w.to_string()).or_insert(0) += 1;
    }
    map
}
