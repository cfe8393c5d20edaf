// prints: AB 2
fn main() {
    let names: Vec<String> = vec!["a", "b"];
    let all: String = names.iter().map(|n| n.to_uppercase()).collect();
    println!("{} {}", all, names.len());
}
