use minesweeper::{Field, HEIGHT, MINES, WIDTH};
use std::env;
use std::io;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Minesweeper. Lines are commands: open COLUMN ROW, flag COLUMN ROW, quit.\n",
    "around COLUMN ROW opens what is around a number with all its flags.\n", // @feature chord
    "hint names a cell that is safe.\n",                                     // @feature hint
    "  --size WxH      size of the field\n",
    "  --mines N       number of mines\n",
    "  --level NAME    easy, medium or hard\n", // @feature levels
    "  --seed N        lays the mines elsewhere\n",
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let field = match prepare(&args) {
        Ok(field) => field,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match minesweeper::play(field, io::stdin().lock(), io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The field that the arguments ask for.
fn prepare(args: &[String]) -> Result<Field, String> {
    let (mut width, mut height, mut mines, mut seed) = (WIDTH, HEIGHT, None, None);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--size" => {
                let size = value()?;
                let (left, right) = size
                    .split_once('x')
                    .ok_or_else(|| format!("'{size}' is not a size such as 9x9"))?;
                (width, height) = (parse_number(left)?, parse_number(right)?);
            }
            "--mines" => mines = Some(parse_number(value()?)?),
            // @feature levels
            "--level" => {
                (width, height, mines) = match value()?.as_str() {
                    "easy" => (9, 9, Some(10)),
                    "medium" => (16, 16, Some(40)),
                    "hard" => (30, 16, Some(99)),
                    other => return Err(format!("'{other}' is not easy, medium or hard")),
                }
            }
            // @end
            "--seed" => seed = Some(parse_number(value()?)? as u64),
            _ => return Err(format!("unknown argument '{arg}'")),
        }
    }
    // Nobody asked for so many: a small field has fewer of them.
    let mines = mines.unwrap_or(MINES.min(width.saturating_mul(height) / 4));
    let default_seed = 1;
    // @feature clock
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let default_seed = now.map_or(default_seed, |since| since.as_nanos() as u64);
    // @end
    Field::new(width, height, mines, seed.unwrap_or(default_seed))
}

fn parse_number(text: &str) -> Result<usize, String> {
    let wrong = |_| format!("'{text}' is not a possible number");
    text.parse().map_err(wrong)
}
