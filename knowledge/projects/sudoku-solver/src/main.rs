use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use sudoku_solver::Grid;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Solves the Sudoku in FILE or on standard input: 81 cells, empty ones are . or 0.\n",
    "  --count          prints how many solutions there are, up to 1000\n",
    "  --pretty         prints lines between the boxes\n", // @feature pretty
    "  --hint           prints the digit of one cell only\n", // @feature hint
    "  --generate SEED  prints a new puzzle instead\n",    // @feature generate
);

#[derive(Default)]
struct Options {
    path: Option<String>,
    count: bool,
    pretty: bool,          // @feature pretty
    hint: bool,            // @feature hint
    generate: Option<u64>, // @feature generate
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(options) = parse(&args) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options; nothing if they are wrong.
fn parse(args: &[String]) -> Option<Options> {
    let mut options = Options::default();
    let mut rest = args;
    while let [arg, after @ ..] = rest {
        rest = after;
        match arg.as_str() {
            "--count" => options.count = true,
            // @feature pretty
            "--pretty" => options.pretty = true,
            // @end
            // @feature hint
            "--hint" => options.hint = true,
            // @end
            // @feature generate
            "--generate" => {
                let (seed, after) = rest.split_first()?;
                options.generate = Some(seed.parse().ok()?);
                rest = after;
            }
            // @end
            "-" => {}
            option if option.starts_with('-') || options.path.is_some() => return None,
            path => options.path = Some(path.to_string()),
        }
    }
    Some(options)
}

fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    // @feature generate
    if let Some(seed) = options.generate {
        return Ok(show(&Grid::generate(seed), options));
    }
    // @end
    let mut text = String::new();
    match &options.path {
        Some(path) => text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?,
        None => drop(io::stdin().read_to_string(&mut text)?),
    }
    let grid: Grid = text.parse()?;
    if options.count {
        return Ok(format!("{}\n", grid.solutions(1000)?.len()));
    }
    // @feature hint
    if options.hint {
        return Ok(match grid.hint()? {
            Some((row, column, digit)) => format!("row {row}, column {column}: {digit}\n"),
            None => "every cell is filled\n".to_string(),
        });
    }
    // @end
    Ok(show(&grid.solve()?, options))
}

// @feature pretty
fn show(grid: &Grid, options: &Options) -> String {
    match options.pretty {
        true => grid.pretty(),
        false => grid.to_string(),
    }
}
// @end
// @without pretty
//| fn show(grid: &Grid, _: &Options) -> String {
//|     grid.to_string()
//| }
// @end
