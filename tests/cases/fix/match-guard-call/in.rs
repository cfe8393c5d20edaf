// prints: origin other
#[derive(PartialEq)]
struct P {
    x: i32,
}

impl P {
    fn origin() -> P {
        P { x: 0 }
    }
}

fn name(p: P) -> &'static str {
    match p {
        P::origin() => "origin",
        _ => "other",
    }
}

fn main() {
    println!("{} {}", name(P { x: 0 }), name(P { x: 1 }));
}
