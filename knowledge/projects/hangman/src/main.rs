use hangman::{choose, Game, LIVES, WORDS};
use std::env;
use std::io;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Find the hidden word: type letters, or the whole word.\n",
    "  --word WORD    the word to find, chosen by somebody else\n",
    "  --words FILE   chooses from the words of a file, one per line\n", // @feature wordlist
    "  --seed N       chooses another word\n",
    "  --lives N      wrong guesses that lose the game\n",
    "  --quiet        prints no more than needed\n",
);

/// What goes wrong: the command line, or something that it names.
enum Problem {
    Usage(String),
    // @feature wordlist
    Failure(String),
    // @end
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let (game, quiet) = match prepare(&args) {
        Ok(prepared) => prepared,
        Err(Problem::Usage(message)) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
        // @feature wordlist
        Err(Problem::Failure(message)) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
        // @end
    };
    match hangman::play(game, io::stdin().lock(), io::stdout(), quiet) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The game that the arguments ask for, and whether to be quiet.
fn prepare(args: &[String]) -> Result<(Game, bool), Problem> {
    let (mut word, mut lives, mut quiet, mut seed) = (None, LIVES, false, None);
    // @feature wordlist
    let mut file = None;
    // @end
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || {
            let missing = || Problem::Usage(format!("{arg} needs a value"));
            args.next().ok_or_else(missing)
        };
        match arg.as_str() {
            "--word" => word = Some(value()?.clone()),
            // @feature wordlist
            "--words" => file = Some(value()?),
            // @end
            "--seed" => seed = Some(parse_number(value()?)?),
            "--lives" => lives = parse_number(value()?)? as usize,
            "--quiet" => quiet = true,
            _ => return Err(Problem::Usage(format!("unknown argument '{arg}'"))),
        }
    }
    let default_seed = 1;
    // @feature clock
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let default_seed = now.map_or(default_seed, |since| since.as_nanos() as u64);
    // @end
    let seed = seed.unwrap_or(default_seed);
    // @feature wordlist
    if let Some(file) = file {
        let wrong = |message: String| Problem::Failure(format!("{file}: {message}"));
        let text = std::fs::read_to_string(file).map_err(|e| wrong(e.to_string()))?;
        let words = hangman::read_words(&text).map_err(wrong)?;
        word = word.or(choose(&words, seed).map(str::to_string));
    }
    // @end
    let word = word.or(choose(WORDS, seed).map(str::to_string));
    let game = Game::new(&word.unwrap_or_default(), lives).map_err(Problem::Usage)?;
    Ok((game, quiet))
}

fn parse_number(text: &str) -> Result<u64, Problem> {
    let wrong = |_| Problem::Usage(format!("'{text}' is not a possible number"));
    text.parse().map_err(wrong)
}
