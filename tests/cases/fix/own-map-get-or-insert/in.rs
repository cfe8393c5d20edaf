// prints: 2 1
// prints: v3!
use std::collections::HashMap;

fn count(words: &[&str]) -> HashMap<String, u32> {
    let mut counts: HashMap<String, u32> = HashMap::new();
    for w in words {
        let slot = counts.get_mut(*w);
        match slot {
            Some(n) => *n += 1,
            None => {
                counts.insert(w.to_string(), 1);
            }
        }
    }
    counts
}

fn get_or_make<'a>(cache: &'a mut HashMap<u32, String>, key: u32) -> &'a mut String {
    match cache.get_mut(&key) {
        Some(value) => value,
        None => {
            cache.insert(key, format!("v{}", key));
            cache.get_mut(&key).unwrap()
        }
    }
}

fn main() {
    let c = count(&["a", "b", "a"]);
    println!("{} {}", c["a"], c["b"]);
    let mut m = HashMap::new();
    get_or_make(&mut m, 3).push('!');
    println!("{}", m[&3]);
}
