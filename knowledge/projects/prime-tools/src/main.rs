use std::env;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND\n",
    "  test NUMBER...    says whether the numbers are prime\n",
    "  list LIMIT        lists the primes up to LIMIT\n",
    "  factor NUMBER...  splits the numbers into prime factors\n", // @feature factors
    "  gcd A B           greatest common divisor and least common multiple\n", // @feature gcd
    "  next NUMBER       the next prime after NUMBER\n",           // @feature next
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let Some((command, rest)) = args.split_first() else {
        return wrong_usage();
    };
    if command == "-h" || command == "--help" {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let numbers = rest
        .iter()
        .map(|text| number(text))
        .collect::<Result<Vec<u64>, String>>();
    let answer = match numbers {
        Ok(numbers) => answer(command, &numbers),
        Err(message) => Some(Err(message)),
    };
    match answer {
        Some(Ok(text)) => match io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Some(Err(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
        None => wrong_usage(),
    }
}

fn wrong_usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a whole number below 2^64"))
}

/// What a command prints, or nothing if there is no such command.
fn answer(command: &str, numbers: &[u64]) -> Option<Result<String, String>> {
    let mut text = String::new();
    match (command, numbers) {
        ("test", [_, ..]) => {
            for &number in numbers {
                let verdict = if prime_tools::is_prime(number) {
                    "is"
                } else {
                    "is not"
                };
                let _ = writeln!(text, "{number} {verdict} prime"); // a String takes everything
            }
        }
        ("list", &[limit]) => match prime_tools::primes_up_to(limit) {
            Some(primes) => text = primes.iter().map(|prime| format!("{prime}\n")).collect(),
            None => {
                return Some(Err(format!("lists end at {}", prime_tools::LARGEST_LIMIT)));
            }
        },
        // @feature factors
        ("factor", [_, ..]) => {
            for &number in numbers {
                let factors = prime_tools::factors(number);
                let _ = writeln!(
                    text,
                    "{number} = {}",
                    match factors.is_empty() {
                        true => number.to_string(),
                        false => prime_tools::product(&factors),
                    }
                );
            }
        }
        // @end
        // @feature gcd
        ("gcd", &[a, b]) => match prime_tools::lcm(a, b) {
            Some(lcm) => text = format!("gcd {}\nlcm {lcm}\n", prime_tools::gcd(a, b)),
            None => text = format!("gcd {}\nlcm too large\n", prime_tools::gcd(a, b)),
        },
        // @end
        // @feature next
        ("next", &[number]) => match prime_tools::next_prime(number) {
            Some(prime) => text = format!("{prime}\n"),
            None => return Some(Err("the next prime has more than 64 bits".to_string())),
        },
        // @end
        _ => return None,
    }
    Some(Ok(text))
}
