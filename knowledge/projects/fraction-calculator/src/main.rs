use std::env;
use std::process::ExitCode;

use fraction_calculator::evaluate;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " FRACTION [OPERATOR FRACTION]...\n",
    "Operators: + - * /, or x and : for shells where * and / are awkward. Example: 1/2 + 1/3\n",
    "  --decimal        shows the result as a decimal\n", // @feature decimal
    "  --mixed          shows the result as a mixed number; 1_1/2 is read as one\n", // @feature mixed
    "  sort FRACTION... orders the fractions\n", // @feature compare
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (options, words): (Vec<&str>, Vec<&str>) = args
        .iter()
        .map(String::as_str)
        .partition(|arg| arg.starts_with("--") || *arg == "-h");
    let mut decimal = false; // @feature decimal
    let mut mixed = false; // @feature mixed
    for option in options {
        match option {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--decimal" => decimal = true, // @feature decimal
            "--mixed" => mixed = true,     // @feature mixed
            _ => return wrong_usage(&format!("unknown option {option}")),
        }
    }
    if words.is_empty() {
        return wrong_usage("nothing to calculate");
    }
    // @feature compare
    if let ["sort", list @ ..] = &words[..] {
        let parsed: Result<Vec<fraction_calculator::Fraction>, _> =
            list.iter().map(|word| word.parse()).collect();
        return match parsed {
            Ok(mut list) => {
                list.sort();
                list.iter().for_each(|fraction| println!("{fraction}"));
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error),
        };
    }
    // @end
    match evaluate(&words) {
        Ok(value) => {
            let text = value.to_string();
            let text = if decimal { value.to_decimal() } else { text }; // @feature decimal
            let text = if mixed { value.to_mixed() } else { text }; // @feature mixed
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => fail(&error),
    }
}

fn fail(error: &fraction_calculator::FractionError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("{message}\n{USAGE}");
    ExitCode::from(2)
}
