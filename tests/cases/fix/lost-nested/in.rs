// prints: 1
use std::collections::HashMap;
struct Team { members: Vec<String> }
fn join(teams: &mut HashMap<u32, Team>, id: u32, who: &str) {
    let team = teams.get(&id).unwrap();
    team.members.push(who.to_string());
}
fn main() {
    let mut t = HashMap::new();
    t.insert(1, Team { members: vec![] });
    join(&mut t, 1, "ann");
    println!("{}", t[&1].members.len());
}
