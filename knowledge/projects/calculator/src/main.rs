use std::env;
use std::io::{self, BufRead, Write};
use std::process::ExitCode;

use calculator::{format_number, Calculator};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [EXPRESSION]\n",
    "Evaluates EXPRESSION, or each line of standard input.\n",
    "Operators: + - * / % and parentheses; constants: pi, e\n",
    "Power: 2 ^ 10\n",                                // @feature power
    "Functions: sqrt abs sin cos tan ln log exp\n",   // @feature functions
    "Variables: name = expression\n",                 // @feature variables
    "The line :history prints the results so far.\n", // @feature history
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("-h" | "--help") => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        Some(word) if word.starts_with("--") && word[2..].starts_with(char::is_alphabetic) => {
            eprint!("unknown option {word}\n{USAGE}");
            ExitCode::from(2)
        }
        Some(_) => evaluate_all(std::iter::once(Ok(args.join(" ")))),
        None => evaluate_all(io::stdin().lock().lines()),
    }
}

/// Prints the value of every line; the lines after a wrong one are still evaluated.
fn evaluate_all(lines: impl Iterator<Item = io::Result<String>>) -> ExitCode {
    let mut calculator = Calculator::new();
    let mut out = io::stdout().lock();
    let mut code = ExitCode::SUCCESS;
    for line in lines {
        let line = match line {
            Ok(line) => line,
            Err(error) => {
                eprintln!("cannot read standard input: {error}");
                return ExitCode::FAILURE;
            }
        };
        if line.trim().is_empty() {
            continue;
        }
        // @feature history
        if line.trim() == ":history" {
            for (expression, value) in calculator.history() {
                if writeln!(out, "{expression} = {}", format_number(*value)).is_err() {
                    return ExitCode::FAILURE;
                }
            }
            continue;
        }
        // @end
        match calculator.evaluate(&line) {
            Ok(value) => {
                if writeln!(out, "{}", format_number(value)).is_err() {
                    return ExitCode::FAILURE;
                }
            }
            Err(error) => {
                eprintln!("{}: {error}", line.trim());
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
