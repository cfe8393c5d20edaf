use std::env;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " VALUE FROM TO\n",
    "Converts VALUE from the unit FROM to the unit TO, for example: 5 km mi\n",
    "  --list   prints the known units\n", // @feature list
    "Without arguments each line of standard input is converted.\n", // @feature batch
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["-h" | "--help"] => print!("{USAGE}"),
        // @feature list
        ["--list"] => print!("{}", unit_converter::list_units()),
        // @end
        // @feature batch
        [] => return convert_lines(),
        // @end
        [value, from, to] | [value, from, "to" | "in", to] => {
            match unit_converter::answer(value, from, to) {
                Ok(text) => println!("{text}"),
                Err(error) => {
                    eprintln!("error: {error}");
                    return ExitCode::FAILURE;
                }
            }
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

// @feature batch
/// Converts every line of standard input; a wrong line does not stop the others.
fn convert_lines() -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for (number, line) in std::io::stdin().lines().enumerate() {
        let answer = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => unit_converter::answer_line(&line).map_err(|e| e.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match answer {
            Ok(text) => println!("{text}"),
            Err(error) => {
                eprintln!("line {}: {error}", number + 1);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
// @end
