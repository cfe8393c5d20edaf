use std::env;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " VALUE...\n",
    "Converts numbers to Roman numerals and numerals to numbers.\n",
    "  --table FROM TO   prints a table\n", // @feature table
    "A value may be a sum of numerals: 'XIV + II'\n", // @feature arithmetic
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        // @feature table
        ["--table", from, to] => match (from.parse(), to.parse()) {
            (Ok(from), Ok(to)) => match roman_numerals::table(from, to) {
                Ok(text) => {
                    print!("{text}");
                    ExitCode::SUCCESS
                }
                Err(error) => fail(&error),
            },
            _ => wrong_usage(),
        },
        // @end
        [] => wrong_usage(),
        [option, ..] if option.starts_with("--") => wrong_usage(),
        _ => {
            let mut code = ExitCode::SUCCESS;
            for word in words {
                match roman_numerals::convert(word) {
                    Ok(text) => println!("{text}"),
                    Err(error) => code = fail(&error),
                }
            }
            code
        }
    }
}

fn fail(error: &roman_numerals::RomanError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

fn wrong_usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}
