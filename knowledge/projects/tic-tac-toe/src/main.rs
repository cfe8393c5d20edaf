use std::env;
use std::io;
use std::process::ExitCode;
use tic_tac_toe::Settings;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Tic-tac-toe against the computer. Type the number of a square, or quit.\n",
    "Type hint to be told the best square.\n", // @feature hint
    "Type undo to take a move back.\n",        // @feature undo
    "  --quiet     does not draw the board\n",
    "  --two       two people play against one another\n", // @feature two_players
    "  --easy      an opponent that moves at random\n",    // @feature easy
    "  --seed N    chooses other random moves, with --easy\n", // @feature easy
    "  --rematch   plays on after a game and keeps the score\n", // @feature rematch
);

fn main() -> ExitCode {
    let mut settings = Settings::default();
    // @feature easy
    let mut seed: Option<u64> = None;
    // @end
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--quiet" => settings.quiet = true,
            // @feature two_players
            "--two" => settings.two_players = true,
            // @end
            // @feature easy
            "--easy" => settings.easy = Some(seed.unwrap_or(1)),
            "--seed" => match args.next().and_then(|text| text.parse().ok()) {
                Some(number) => {
                    seed = Some(number);
                    settings.easy = settings.easy.and(seed);
                }
                None => return wrong_usage("--seed needs a number"),
            },
            // @end
            // @feature rematch
            "--rematch" => settings.rematch = true,
            // @end
            _ => return wrong_usage(&format!("unknown argument '{arg}'")),
        }
    }
    match tic_tac_toe::play(io::stdin().lock(), io::stdout(), settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("error: {message}\n{USAGE}");
    ExitCode::from(2)
}
