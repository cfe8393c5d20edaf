use std::env;
use std::io::{self, Read};
use std::process::ExitCode;

use worker_threads::{prime_factors, Pool};

/// Threads used unless `--workers` says otherwise.
const WORKERS: usize = 4; // @slot workers

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--workers N] [NUMBER...]\n",
    "Takes whole numbers apart into prime factors, many at a time on worker threads.\n",
    "Without numbers they are read from standard input.\n",
    "  --workers N  the number of threads\n",
    "  --stats      says on standard error how many jobs each worker did\n", // @feature statistics
);

struct Options {
    workers: usize,
    numbers: Vec<u64>,
    statistics: bool, // @feature statistics
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let mut options = match parse(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.numbers.is_empty() {
        match read_numbers(io::stdin()) {
            Ok(numbers) => options.numbers = numbers,
            Err(message) => {
                eprintln!("error: {message}");
                return ExitCode::FAILURE;
            }
        }
    }
    run(options)
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        workers: WORKERS,
        numbers: Vec::new(),
        statistics: false, // @feature statistics
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--workers" => {
                let value = args.next().ok_or("--workers needs a number")?;
                options.workers = match value.parse() {
                    Ok(count @ 1..=1024) => count,
                    _ => return Err(format!("'{value}' is not a number of threads (1 to 1024)")),
                };
            }
            "--stats" => options.statistics = true, // @feature statistics
            other if other.starts_with('-') => return Err(format!("unknown option '{other}'")),
            number => options.numbers.push(parse_number(number)?),
        }
    }
    Ok(options)
}

fn parse_number(text: &str) -> Result<u64, String> {
    let number = text.parse();
    number.map_err(|_| format!("'{text}' is not a whole number below 2^64"))
}

fn read_numbers(mut input: impl Read) -> Result<Vec<u64>, String> {
    let mut text = String::new();
    input.read_to_string(&mut text).map_err(|e| e.to_string())?;
    text.split_whitespace().map(parse_number).collect()
}

fn run(options: Options) -> ExitCode {
    let pool = Pool::new(options.workers);
    let results = pool.map(options.numbers.clone(), prime_factors);
    let mut code = ExitCode::SUCCESS;
    for (number, result) in options.numbers.iter().zip(results) {
        match result {
            Ok(factors) => {
                let factors: Vec<String> = factors.iter().map(u64::to_string).collect();
                println!("{number}: {}", factors.join(" "));
            }
            Err(error) => {
                eprintln!("{number}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    // @feature statistics
    if options.statistics {
        for (worker, jobs) in pool.statistics().taken.iter().enumerate() {
            eprintln!("worker {}: {jobs} jobs", worker + 1);
        }
    }
    // @end
    code
}
