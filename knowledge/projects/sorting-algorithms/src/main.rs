use std::env;
use std::io;
use std::process::ExitCode;
use std::time::Instant;

use sorting_algorithms::Algorithm;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND [OPTION]... [NUMBER]...\n",
    "Works on the numbers, or on those on standard input.\n",
    "  sort ALGORITHM  sorts with insertion, merge, quick, ...\n",
    "  compare         counts the comparisons of all algorithms and takes the time\n",
    "  --descending    sorts from the greatest to the least\n", // @feature descending
    "  --random N      makes N random numbers\n",               // @feature random
);

enum Failure {
    Usage(String),
    Run(String),
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Usage(message)) => {
            eprint!("{message}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Run(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<String, Failure> {
    let usage = |message: String| Failure::Usage(message);
    match args.split_first() {
        None => Err(usage("no command".to_string())),
        Some((word, _)) if word == "-h" || word == "--help" => Ok(USAGE.to_string()),
        Some((word, rest)) if word == "compare" => {
            let (list, descending) = list(rest)?;
            let lines = Algorithm::ALL.iter().map(|&algorithm| {
                let mut copy = list.clone();
                let start = Instant::now();
                let count = sort(algorithm, &mut copy, descending);
                format!(
                    "{:<10} {count:>12} comparisons {:>10.1?}\n",
                    algorithm.name(),
                    start.elapsed()
                )
            });
            Ok(lines.collect())
        }
        Some((word, [name, rest @ ..])) if word == "sort" => {
            let algorithm = Algorithm::named(name)
                .ok_or_else(|| usage(format!("unknown algorithm '{name}'")))?;
            let (mut list, descending) = list(rest)?;
            sort(algorithm, &mut list, descending);
            let words: Vec<String> = list.iter().map(i64::to_string).collect();
            Ok(words.join(" ") + "\n")
        }
        Some((word, _)) => Err(usage(format!("unknown or incomplete command '{word}'"))),
    }
}

fn sort(algorithm: Algorithm, list: &mut [i64], descending: bool) -> u64 {
    match descending {
        true => algorithm.sort(list, |a, b| b.cmp(a)),
        false => algorithm.sort(list, i64::cmp),
    }
}

/// The numbers to sort and whether the greatest come first.
fn list(args: &[String]) -> Result<(Vec<i64>, bool), Failure> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let descending = false;
    // @feature descending
    let descending = descending || words.contains(&"--descending");
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| *word != "--descending")
        .collect();
    // @end
    // @feature random
    if let ["--random", count] = words[..] {
        let count = count.parse().ok().filter(|count| *count <= 1_000_000);
        let count = count.ok_or_else(|| Failure::Usage("--random needs a number".to_string()))?;
        let seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let seed = seed.map_or(1, |time| time.as_nanos() as u64);
        return Ok((sorting_algorithms::pseudo_random(count, seed), descending));
    }
    // @end
    if let Some(option) = words.iter().find(|word| word.starts_with("--")) {
        return Err(Failure::Usage(format!("unknown option {option}")));
    }
    let text = match words[..] {
        [] => io::read_to_string(io::stdin())
            .map_err(|error| Failure::Run(format!("standard input: {error}")))?,
        _ => words.join(" "),
    };
    let number = |word: &str| {
        word.parse()
            .map_err(|_| Failure::Run(format!("'{word}' is not a whole number")))
    };
    let numbers = text
        .split_whitespace()
        .map(number)
        .collect::<Result<_, _>>()?;
    Ok((numbers, descending))
}
