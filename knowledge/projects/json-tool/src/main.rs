use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Checks the JSON in FILE, or on standard input, and prints it indented.\n",
    "  --compact    writes no white space\n", // @feature compact
    "  --sort       sorts the keys\n", // @feature sort
    "  --get PATH   prints the value at PATH, for example users.0.name\n", // @feature query
);

#[derive(Default)]
struct Options {
    file: Option<String>,
    compact: bool, // @feature compact
    sort: bool, // @feature sort
    path: Option<String>, // @feature query
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|a| a == "-h" || a == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match options(args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
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

fn options(args: Vec<String>) -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = args.into_iter().peekable();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--compact" => options.compact = true, // @feature compact
            "--sort" => options.sort = true, // @feature sort
            // @feature query
            "--get" => options.path = Some(args.next().ok_or("--get needs a path")?),
            // @end
            option if option.starts_with("--") => return Err(format!("unknown option {option}")),
            _ if options.file.is_some() => return Err("more than one file".to_string()),
            _ => options.file = Some(arg),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<String, String> {
    let text = match &options.file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?,
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}"))?,
    };
    let value = json_tool::parse(&text).map_err(|e| e.to_string())?;
    // @feature sort
    let mut value = value;
    if options.sort {
        value.sort_keys();
    }
    // @end
    // @feature query
    let value = match &options.path {
        Some(path) => value.at(path).ok_or_else(|| format!("nothing at '{path}'"))?,
        None => &value,
    };
    // @end
    // @feature compact
    if options.compact {
        return Ok(value.compact());
    }
    // @end
    Ok(value.pretty())
}
