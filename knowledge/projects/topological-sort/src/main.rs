use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use topological_sort::Graph;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Prints the targets of FILE or standard input, each after what it depends on.\n",
    "Every line holds a target, a separator and its dependencies.\n",
    "  --reverse      prints what depends on others first\n", // @feature reverse
    "  --levels       prints what can be built at the same time on one line\n", // @feature levels
    "  --only TARGET  leaves out what TARGET does not need\n", // @feature only
    "  --dot          prints the graph for Graphviz instead\n", // @feature dot
);

#[derive(Default)]
struct Options {
    path: Option<String>,
    reverse: bool,     // @feature reverse
    levels: bool,      // @feature levels
    only: Vec<String>, // @feature only
    dot: bool,         // @feature dot
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        println!("Separator: {}", topological_sort::separator());
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
            // @feature reverse
            "--reverse" => options.reverse = true,
            // @end
            // @feature levels
            "--levels" => options.levels = true,
            // @end
            // @feature only
            "--only" => {
                let (target, after) = rest.split_first()?;
                options.only.push(target.clone());
                rest = after;
            }
            // @end
            // @feature dot
            "--dot" => options.dot = true,
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
    let graph = Graph::parse(&text)?;
    // @feature only
    let wanted: Vec<&str> = options.only.iter().map(String::as_str).collect();
    let graph = if wanted.is_empty() {
        graph
    } else {
        graph.only(&wanted)?
    };
    // @end
    // @feature dot
    if options.dot {
        return Ok(graph.to_dot());
    }
    // @end
    // @feature levels
    if options.levels {
        let levels = graph.levels()?;
        return Ok(levels
            .iter()
            .map(|level| format!("{}\n", level.join(" ")))
            .collect());
    }
    // @end
    let order = graph.order()?;
    // @feature reverse
    let mut order = order;
    if options.reverse {
        order.reverse();
    }
    // @end
    Ok(order.iter().map(|name| format!("{name}\n")).collect())
}
