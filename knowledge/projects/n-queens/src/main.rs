use std::env;
use std::process::ExitCode;

use n_queens::{count, solutions, solve, Placement, QueensError, DEFAULT_SIZE};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [SIZE]\n",
    "Places SIZE queens on a board of that size so that none attacks another, and prints\n",
    "the columns of the queens from row to row.\n",
    "  --count     prints how many solutions there are\n",
    "  --all       prints every solution\n",
    "  --limit N   prints up to N solutions\n",
    "  --board     draws the board\n", // @feature board
    "  --distinct  leaves out solutions that are turned or mirrored ones\n", // @feature distinct
);

struct Options {
    size: usize,
    count: bool,
    limit: Option<usize>,
    board: bool,    // @feature board
    distinct: bool, // @feature distinct
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
    let mut options = Options {
        size: DEFAULT_SIZE,
        count: false,
        limit: None,
        board: false,    // @feature board
        distinct: false, // @feature distinct
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--count" => options.count = true,
            "--all" => options.limit = Some(usize::MAX),
            "--limit" => options.limit = Some(args.next()?.parse().ok()?),
            // @feature board
            "--board" => options.board = true,
            // @end
            // @feature distinct
            "--distinct" => options.distinct = true,
            // @end
            size => options.size = size.parse().ok()?,
        }
    }
    Some(options)
}

fn run(options: &Options) -> Result<String, QueensError> {
    // @feature distinct
    if options.distinct {
        let mut found = n_queens::distinct(&solutions(options.size, usize::MAX)?);
        if options.count {
            return Ok(format!("{}\n", found.len()));
        }
        found.truncate(options.limit.unwrap_or(usize::MAX));
        return Ok(show(&found, options));
    }
    // @end
    if options.count {
        return Ok(format!("{}\n", count(options.size)?));
    }
    let found = match options.limit {
        Some(limit) => solutions(options.size, limit)?,
        None => vec![solve(options.size)?],
    };
    Ok(show(&found, options))
}

// @feature board
fn show(found: &[Placement], options: &Options) -> String {
    match options.board {
        true => found
            .iter()
            .map(|p| n_queens::board(p))
            .collect::<Vec<_>>()
            .join("\n"),
        false => columns(found),
    }
}
// @end
// @without board
//| fn show(found: &[Placement], _: &Options) -> String {
//|     columns(found)
//| }
// @end

/// One line a solution: the columns, counted from 1.
fn columns(found: &[Placement]) -> String {
    let mut text = String::new();
    for placement in found {
        let columns: Vec<String> = placement.iter().map(|at| (at + 1).to_string()).collect();
        text += &format!("{}\n", columns.join(" "));
    }
    text
}
