// prints: (1, 2) hello true
enum Message {
    Move,
    Echo,
    Quit,
}

struct State {
    at: (u8, u8),
    text: String,
    quit: bool,
}

impl State {
    fn process(&mut self, message: Message) {
        match message {
            Message::Move { x, y } => self.at = (x, y),
            Message::Echo(text) => self.text = text,
            Message::Quit => self.quit = true,
        }
    }
}

fn main() {
    let mut state = State { at: (0, 0), text: String::new(), quit: false };
    state.process(Message::Move { x: 1, y: 2 });
    state.process(Message::Echo(String::from("hello")));
    state.process(Message::Quit);
    println!("{:?} {} {}", state.at, state.text, state.quit);
}
