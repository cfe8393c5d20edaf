use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--check] [FILE | -e PROGRAM]\n",
    "Runs a program from FILE, from the argument or from standard input.\n",
    "  --check  only looks for errors of grammar\n",
    "The language:\n",
    "  let NAME = VALUE;   NAME = VALUE;   print VALUE, VALUE;\n",
    "  if CONDITION { } else { }   while CONDITION { }\n",
    "  for NAME in 1..10 { }\n", // @feature ranges
    "  fn NAME(A, B) { return VALUE; }   NAME(1, 2)\n",
    "  + - * / %  == != < <= > >=  and or not  true false  // comment\n",
    "  \"text\" + \"text\"\n",          // @feature strings
    "  abs(A)  min(A, B)  max(A, B)\n", // @feature builtins
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (check, words) = match words[..] {
        ["--check", ..] => (true, &words[1..]),
        _ => (false, &words[..]),
    };
    let source = match words {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["-e", program] => Ok(program.to_string()),
        [] | ["-"] => read_input(),
        [path] if !path.starts_with('-') => {
            fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    let result = source.and_then(|source| {
        let result = match check {
            true => toy_interpreter::check(&source),
            false => toy_interpreter::run(&source, &mut io::stdout()),
        };
        result.map_err(|error| error.to_string())
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_input() -> Result<String, String> {
    let mut text = String::new();
    match io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("standard input: {error}")),
    }
}
