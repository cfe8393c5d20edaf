// prints: a 11
struct P { name: String, score: i32 }
struct G { players: Vec<P> }
impl G {
    fn bonus(&mut self) {
        for mut p in self.players {
            p.score += 10;
        }
    }
}
fn main() {
    let mut g = G { players: vec![P { name: "a".into(), score: 1 }] };
    g.bonus();
    println!("{} {}", g.players[0].name, g.players[0].score);
}
