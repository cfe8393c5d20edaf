use std::env;
use std::process::ExitCode;

use big_integer::BigInt;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " A OPERATOR B\n",
    "Operators: + - * / % compare; x may be written for *\n",
    "  A ^ N        A to the power of N\n", // @feature power
    "  factorial N\n",                      // @feature factorial
    "  fibonacci N\n",                      // @feature fibonacci
    "  A gcd B      the greatest common divisor\n", // @feature gcd
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let answer = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        // @feature factorial
        ["factorial", n] => {
            big_integer::small(n).and_then(|n| big_integer::limited(big_integer::factorial(n)))
        }
        // @end
        // @feature fibonacci
        ["fibonacci", n] => {
            big_integer::small(n).and_then(|n| big_integer::limited(big_integer::fibonacci(n)))
        }
        // @end
        // @feature power
        [a, "^", n] => {
            number(a).and_then(|a| big_integer::limited(a.power(big_integer::small(n)?)))
        }
        // @end
        [a, operator, b] => match binary(a, operator, b) {
            Some(answer) => answer,
            None => return wrong_usage(),
        },
        _ => return wrong_usage(),
    };
    match answer {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

fn number(text: &str) -> Result<BigInt, String> {
    text.parse()
        .map_err(|error: big_integer::ParseError| error.to_string())
}

/// The answer of an operation, or nothing if there is no such operator.
fn binary(a: &str, operator: &str, b: &str) -> Option<Result<String, String>> {
    let operation: fn(&BigInt, &BigInt) -> Option<String> = match operator {
        "+" => |a, b| Some(a.add(b).to_string()),
        "-" => |a, b| Some(a.subtract(b).to_string()),
        "*" | "x" => |a, b| Some(a.multiply(b).to_string()),
        "/" => |a, b| a.divide(b).map(|(quotient, _)| quotient.to_string()),
        "%" => |a, b| a.divide(b).map(|(_, rest)| rest.to_string()),
        "compare" => |a, b| Some(format!("{:?}", a.cmp(b)).to_lowercase()),
        "gcd" => |a, b| Some(a.gcd(b).to_string()), // @feature gcd
        _ => return None,
    };
    let answer = number(a)
        .and_then(|a| operation(&a, &number(b)?).ok_or_else(|| "division by zero".to_string()));
    Some(answer)
}
