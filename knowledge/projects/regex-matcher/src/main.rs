use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use regex_matcher::Regex;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... PATTERN [FILE]\n",
    "Prints the lines of FILE or standard input that match a regular expression.\n",
    "  -n  prints the numbers of the lines\n",
    "  -v  prints the lines that do not match\n",
    "  -i  makes no difference between upper and lower case\n", // @feature ignore_case
    "  -o  prints only what matched, each on its own line\n",   // @feature only_matching
    "Patterns: . [a-z] [^a-z] \\d \\w \\s * + ? | ( ) ^ $",
    " {2,5}", // @feature counts
    " \\b",   // @feature boundaries
    "\nThe exit status is 1 if nothing is found, 2 if something is wrong.\n",
);

#[derive(Default)]
struct Options {
    numbers: bool,
    invert: bool,
    ignore_case: bool,   // @feature ignore_case
    only_matching: bool, // @feature only_matching
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let mut options = Options::default();
    let mut words = Vec::new();
    for arg in &args {
        match arg.as_str() {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "-n" if words.is_empty() => options.numbers = true,
            "-v" if words.is_empty() => options.invert = true,
            // @feature ignore_case
            "-i" if words.is_empty() => options.ignore_case = true,
            // @end
            // @feature only_matching
            "-o" if words.is_empty() => options.only_matching = true,
            // @end
            word => words.push(word),
        }
    }
    let (pattern, path) = match words[..] {
        [pattern] => (pattern, "-"),
        [pattern, path] => (pattern, path),
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options, pattern, path) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Prints what matches and says whether anything did.
fn run(options: &Options, pattern: &str, path: &str) -> Result<bool, String> {
    let regex = Regex::new(pattern).map_err(|error| error.to_string())?;
    // @feature ignore_case
    let regex = if options.ignore_case {
        regex.ignoring_case()
    } else {
        regex
    };
    // @end
    let mut text = String::new();
    let result = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    let text = result.map_err(|error| format!("{path}: {error}"))?;
    let mut any = false;
    for (number, line) in text.lines().enumerate() {
        if regex.is_match(line) == options.invert {
            continue;
        }
        any = true;
        let prefix = if options.numbers {
            format!("{}:", number + 1)
        } else {
            String::new()
        };
        // @feature only_matching
        if options.only_matching {
            let found = regex
                .find_all(line)
                .into_iter()
                .filter(|part| !part.is_empty());
            found.for_each(|part| println!("{prefix}{part}"));
            continue;
        }
        // @end
        println!("{prefix}{line}");
    }
    Ok(any)
}
