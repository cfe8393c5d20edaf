use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use knapsack::{parse_items, solve, DEFAULT_CAPACITY};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Chooses the most valuable items that fit into a knapsack. FILE or standard input holds\n",
    "one item a line: NAME WEIGHT VALUE, in whole numbers.\n",
    "  --capacity N  the weight that the knapsack carries\n",
    "  --unbounded   every item can be taken any number of times\n", // @feature unbounded
    "  --greedy      takes the best value for its weight first: quick, but not always best\n", // @feature greedy
    "  --quiet       prints the value only\n", // @feature quiet
);

struct Options {
    path: Option<String>,
    capacity: usize,
    unbounded: bool, // @feature unbounded
    greedy: bool,    // @feature greedy
    quiet: bool,     // @feature quiet
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
        path: None,
        capacity: DEFAULT_CAPACITY,
        unbounded: false, // @feature unbounded
        greedy: false,    // @feature greedy
        quiet: false,     // @feature quiet
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--capacity" => options.capacity = args.next()?.parse().ok()?,
            // @feature unbounded
            "--unbounded" => options.unbounded = true,
            // @end
            // @feature greedy
            "--greedy" => options.greedy = true,
            // @end
            // @feature quiet
            "--quiet" => options.quiet = true,
            // @end
            "-" => {}
            option if option.starts_with('-') || options.path.is_some() => return None,
            path => options.path = Some(path.to_string()),
        }
    }
    Some(options)
}

fn run(options: &Options) -> Result<String, Box<dyn Error>> {
    let mut text = String::new();
    match &options.path {
        Some(path) => text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?,
        None => drop(io::stdin().read_to_string(&mut text)?),
    }
    let (items, capacity) = (parse_items(&text)?, options.capacity);
    let choice = match () {
        // @feature unbounded
        () if options.unbounded => knapsack::solve_unbounded(&items, capacity)?,
        // @end
        // @feature greedy
        () if options.greedy => knapsack::solve_greedy(&items, capacity),
        // @end
        () => solve(&items, capacity)?,
    };
    // @feature quiet
    if options.quiet {
        return Ok(format!("{}\n", choice.value));
    }
    // @end
    let mut text = String::new();
    for same in choice.items.chunk_by(|one, other| one == other) {
        let item = &items[same[0]];
        let times = if same.len() > 1 {
            format!(" x {}", same.len())
        } else {
            String::new()
        };
        text += &format!("{}{times}\n", item.name);
    }
    text += &format!(
        "weight {} of {capacity}, value {}\n",
        choice.weight, choice.value
    );
    Ok(text)
}
