// prints: Quit
// prints: Echo
enum Message {}

fn main() {
    println!("{:?}", Message::Quit);
    println!("{:?}", Message::Echo);
}
