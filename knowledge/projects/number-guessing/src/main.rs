use number_guessing::Settings;
use std::env;
use std::io;
use std::process::ExitCode;
use std::str::FromStr;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Guess the number that the computer thinks of: one guess per line.\n",
    "  --range LOW HIGH   where the number is\n",
    "  --tries N          how many guesses there are\n",
    "  --seed N           chooses the number: the same seed, the same number\n",
    "  --rounds N         plays several rounds\n", // @feature rounds
    "  --reverse          the computer guesses your number\n", // @feature reverse
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let mut settings = Settings::default();
    // @feature clock
    settings.seed = from_clock();
    // @end
    // @feature reverse
    let reverse = args.iter().any(|arg| arg == "--reverse");
    // @end
    if let Err(message) = parse(&args, &mut settings) {
        eprint!("error: {message}\n{USAGE}");
        return ExitCode::from(2);
    }
    let (input, output) = (io::stdin().lock(), io::stdout());
    // @feature reverse
    if reverse {
        return finish(number_guessing::play_reverse(input, output, &settings));
    }
    // @end
    finish(number_guessing::play(input, output, &settings))
}

fn finish(result: io::Result<()>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String], settings: &mut Settings) -> Result<(), String> {
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--range" => {
                settings.low = number(arg, args.next())?;
                settings.high = number(arg, args.next())?;
            }
            "--tries" => settings.tries = number(arg, args.next())?,
            "--seed" => settings.seed = number(arg, args.next())?,
            // @feature rounds
            "--rounds" => settings.rounds = number(arg, args.next())?,
            // @end
            // @feature reverse
            "--reverse" => {}
            // @end
            _ => return Err(format!("unknown argument '{arg}'")),
        }
    }
    match settings.low <= settings.high {
        true => Ok(()),
        false => Err("the range is empty: LOW is above HIGH".to_string()),
    }
}

fn number<T: FromStr>(option: &str, value: Option<&String>) -> Result<T, String> {
    let value = value.ok_or(format!("{option} needs a value"))?;
    let wrong = |_| format!("{option}: '{value}' is not a possible number");
    value.parse().map_err(wrong)
}

// @feature clock
/// A seed that is different in every run.
fn from_clock() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |since| since.as_nanos() as u64)
}
// @end
