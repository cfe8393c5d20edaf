use std::env;
use std::io;
use std::process::ExitCode;
use text_adventure::{Game, World, STORY};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "A text adventure. Type help to see what can be typed.\n",
    "save FILE and load FILE keep a game and go on with it.\n", // @feature save
    "  --help         prints this\n",
    "  --world FILE   plays the world that a file describes\n", // @feature world
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words[..] {
        [] => start(STORY),
        ["-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        // @feature world
        ["--world", file] => std::fs::read_to_string(file)
            .map_err(|error| error.to_string())
            .and_then(|story| start(&story))
            .map_err(|message| format!("{file}: {message}")),
        // @end
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn start(story: &str) -> Result<(), String> {
    let game = Game::new(World::parse(story)?);
    let played = text_adventure::play(game, io::stdin().lock(), io::stdout());
    played.map_err(|error| error.to_string())
}
