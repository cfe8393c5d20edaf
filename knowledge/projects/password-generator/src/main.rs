use std::env;
use std::fs::File;
use std::io;
use std::process::ExitCode;

use password_generator::{
    estimate_bits, PasswordError, RandomSource, Rules, SeededRandom, Strength, SystemRandom,
    DEFAULT_LENGTH, DIGITS, LOWER, SYMBOLS, UPPER,
};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Prints a random password.\n",
    "  --length N     that many characters\n",
    "  --no-symbols   letters and digits only\n",
    "  --no-digits    no digits\n",
    "  --check        estimates the strength of the passwords on standard input instead\n",
    "  --count N      prints several passwords, up to 10000\n", // @feature count
    "  --unambiguous  leaves out characters that look alike, such as O and 0\n", // @feature unambiguous
    "  --words N      prints a passphrase of N words\n", // @feature passphrase
    "  --strength     prints the strength beside the password\n", // @feature rating
    "  --seed N       draws from a fixed sequence: for tests, not for secrets\n",
);

#[derive(Debug)]
struct Options {
    length: usize,
    symbols: bool,
    digits: bool,
    check: bool,
    seed: Option<u64>,
    count: usize,
    unambiguous: bool,    // @feature unambiguous
    words: Option<usize>, // @feature passphrase
    rate: bool,           // @feature rating
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
    let result = match (options.check, options.seed) {
        (true, _) => check(),
        (_, Some(seed)) => print_passwords(&options, &mut SeededRandom(seed)),
        (_, None) => match File::open("/dev/urandom") {
            Ok(file) => print_passwords(&options, &mut SystemRandom(file)),
            Err(error) => Err(PasswordError::Random(error)),
        },
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options, or nothing if they are wrong.
fn parse(args: &[String]) -> Option<Options> {
    let mut options = Options {
        length: DEFAULT_LENGTH,
        symbols: true,
        digits: true,
        check: false,
        seed: None,
        count: 1,
        unambiguous: false, // @feature unambiguous
        words: None,        // @feature passphrase
        rate: false,        // @feature rating
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--length" => options.length = args.next()?.parse().ok()?,
            "--no-symbols" => options.symbols = false,
            "--no-digits" => options.digits = false,
            "--check" => options.check = true,
            "--seed" => options.seed = Some(args.next()?.parse().ok()?),
            // @feature count
            "--count" => {
                options.count = args
                    .next()?
                    .parse()
                    .ok()
                    .filter(|n| (1..=10000).contains(n))?
            }
            // @end
            // @feature unambiguous
            "--unambiguous" => options.unambiguous = true,
            // @end
            // @feature passphrase
            "--words" => options.words = Some(args.next()?.parse().ok()?),
            // @end
            // @feature rating
            "--strength" => options.rate = true,
            // @end
            _ => return None,
        }
    }
    Some(options)
}

fn print_passwords(options: &Options, random: &mut impl RandomSource) -> Result<(), PasswordError> {
    for _ in 0..options.count {
        let password = make(options, random)?;
        // @feature rating
        if options.rate {
            println!("{password}  {}", rating(&password));
            continue;
        }
        // @end
        println!("{password}");
    }
    Ok(())
}

fn make(options: &Options, random: &mut impl RandomSource) -> Result<String, PasswordError> {
    // @feature passphrase
    if let Some(words) = options.words {
        return password_generator::passphrase(words, random);
    }
    // @end
    let mut classes = vec![LOWER, UPPER];
    classes.extend(options.digits.then_some(DIGITS));
    classes.extend(options.symbols.then_some(SYMBOLS));
    let rules = Rules::new(options.length, &classes);
    // @feature unambiguous
    if options.unambiguous {
        return rules.without_ambiguous().generate(random);
    }
    // @end
    rules.generate(random)
}

fn rating(password: &str) -> String {
    let bits = estimate_bits(password);
    format!("{bits:.0} bits, {}", Strength::of_bits(bits))
}

/// Rates every line of standard input; the passwords themselves are not shown.
fn check() -> Result<(), PasswordError> {
    for line in io::stdin().lines() {
        println!("{}", rating(&line.map_err(PasswordError::Random)?));
    }
    Ok(())
}
