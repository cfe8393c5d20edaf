// prints: ["a", "c", "d"] ["bb"]
use std::collections::HashMap;

fn group(words: Vec<String>) -> HashMap<usize, Vec<String>> {
    let mut groups: HashMap<usize, Vec<String>> = HashMap::new();
    for word in words {
        let n = word.len();
        let list = match groups.get_mut(&n) {
            Some(list) => list,
            None => {
                groups.insert(n, Vec::new());
                groups.get_mut(&n).unwrap()
            }
        };
        list.push(word);
    }
    groups
}

fn first<'m>(groups: &'m mut HashMap<usize, Vec<String>>, n: usize) -> &'m mut Vec<String> {
    if let Some(list) = groups.get_mut(&n) {
        return list;
    }
    groups.insert(n, vec![]);
    groups.get_mut(&n).unwrap()
}

fn main() {
    let mut g = group(vec!["a".to_string(), "bb".to_string(), "c".to_string()]);
    first(&mut g, 1).push("d".to_string());
    println!("{:?} {:?}", g[&1], g[&2]);
}
