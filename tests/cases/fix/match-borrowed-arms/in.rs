// prints: hi 1 2
enum Msg { Text(String), Move { x: i32, y: i32 } }

fn show(m: &Msg) -> String {
    match *m {
        Msg::Text(t) => t,
        Msg::Move { x, y } => format!("{} {}", x, y),
    }
}

fn main() {
    println!("{} {}", show(&Msg::Text("hi".into())), show(&Msg::Move { x: 1, y: 2 }));
}
