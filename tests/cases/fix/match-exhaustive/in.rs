// prints: north south
#[derive(Debug)]
enum Way {
    North,
    South,
    East,
}

fn word(way: Way) -> &'static str {
    match way {
        Way::North => "north",
        Way::South => "south",
    }
}

fn main() {
    let _ = Way::East;
    println!("{} {}", word(Way::North), word(Way::South));
}
