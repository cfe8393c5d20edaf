// prints: 3
use std::collections::HashMap;

enum Team {
    Red,
    Blue,
}

fn main() {
    let mut scores: HashMap<Team, u32> = HashMap::new();
    *scores.entry(Team::Red).or_insert(0) += 1;
    *scores.entry(Team::Blue).or_insert(0) += 2;
    println!("{}", scores.values().sum::<u32>());
}
