use std::env;
use std::io::{self, BufRead};
use std::process::ExitCode;

use sensor_filter::{Filter, Fixed, Kalman, Median, MovingAverage};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--decimals N] [FILTER] < SAMPLES\n",
    "Filters the numbers on standard input, one per line, and prints the estimate after each.\n",
    "FILTER is one of:\n",
    "  average                  the mean of the last samples (the default)\n",
    "  median                   the middle of the last samples\n",
    "  kalman [PROCESS NOISE]   a Kalman filter with these variances\n",
    "  lowpass SHARE            goes that share of the way to each sample\n", // @feature lowpass
    "  --gate LIMIT             leaves out samples that jump further\n",      // @feature outliers
);

struct Options {
    filter: Box<dyn Filter>,
    decimals: usize,
    gate: Option<sensor_filter::Gate>, // @feature outliers
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&args) {
        Ok(options) => filter_lines(io::stdin().lock(), options),
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        filter: Box::new(MovingAverage::default()),
        decimals: 2,
        gate: None, // @feature outliers
    };
    let mut rest: Vec<&str> = args.iter().map(String::as_str).collect();
    while let [option @ ("--decimals" | "--gate"), value, ..] = rest[..] {
        match option {
            // @feature outliers
            "--gate" => options.gate = Some(sensor_filter::Gate::new(number(value)?)),
            // @end
            "--decimals" => match value.parse() {
                Ok(places @ 0..=9) => options.decimals = places,
                _ => return Err(format!("--decimals takes 0 to 9, not '{value}'")),
            },
            _ => return Err(format!("unknown option '{option}'")),
        }
        rest.drain(..2);
    }
    options.filter = match rest[..] {
        [] | ["average"] => options.filter,
        ["median"] => Box::new(Median::default()),
        ["kalman"] => Box::new(Kalman::default()),
        ["kalman", process, noise] => {
            let (process, noise) = (number(process)?, number(noise)?);
            if process < Fixed::ZERO || noise <= Fixed::ZERO {
                return Err("variances must be above 0".to_string());
            }
            Box::new(Kalman::new(process, noise))
        }
        // @feature lowpass
        ["lowpass", share] => match number(share)? {
            share if share > Fixed::ZERO && share <= Fixed::ONE => {
                Box::new(sensor_filter::LowPass::new(share))
            }
            _ => return Err(format!("'{share}' is no share: above 0, at most 1")),
        },
        // @end
        _ => return Err(format!("'{}' is no filter", rest.join(" "))),
    };
    Ok(options)
}

fn number(text: &str) -> Result<Fixed, String> {
    Fixed::parse(text).ok_or(format!("'{text}' is not a number within range"))
}

/// Prints the estimate after each sample; a wrong line does not stop the others.
fn filter_lines(input: impl BufRead, mut options: Options) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (at, line) in input.lines().enumerate() {
        let sample = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => number(line.trim()),
            Err(error) => Err(error.to_string()),
        };
        let sample = match sample {
            Ok(sample) => sample,
            Err(message) => {
                eprintln!("line {}: {message}", at + 1);
                code = ExitCode::FAILURE;
                continue;
            }
        };
        // @feature outliers
        if let Some(gate) = &mut options.gate {
            if gate.pass(sample).is_none() {
                eprintln!("line {}: {sample} left out", at + 1);
                continue;
            }
        }
        // @end
        println!("{:.*}", options.decimals, options.filter.update(sample));
    }
    code
}
