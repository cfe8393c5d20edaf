use std::env;
use std::fs;
use std::io::{self, BufWriter, Read};
use std::process::ExitCode;

use brainfuck_interpreter::Program;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... (FILE | -e PROGRAM | -)\n",
    "Runs a Brainfuck program. With - the program is read from standard input up to a !;\n",
    "what follows is its input.\n",
    "  -e PROGRAM   takes the program from the argument\n",
    "  --steps N    stops it after so many steps\n", // @feature limit
    "  --rust       prints it as a Rust program instead\n", // @feature to_rust
);

#[derive(Default)]
struct Options {
    source: Option<String>,
    input: Option<String>,
    steps: Option<u64>, // @feature limit
    rust: bool,         // @feature to_rust
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let result = match parse(&args) {
        Ok(Some(options)) => run(&options),
        Ok(None) => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options; nothing if they are wrong.
fn parse(args: &[String]) -> Result<Option<Options>, String> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            // @feature limit
            "--steps" => match args.next().and_then(|steps| steps.parse().ok()) {
                Some(steps) => options.steps = Some(steps),
                None => return Ok(None),
            },
            // @end
            // @feature to_rust
            "--rust" => options.rust = true,
            // @end
            _ if options.source.is_some() => return Ok(None),
            "-e" => match args.next() {
                Some(source) => options.source = Some(source.clone()),
                None => return Ok(None),
            },
            "-" => {
                let mut text = String::new();
                let read = io::stdin().read_to_string(&mut text);
                read.map_err(|error| format!("standard input: {error}"))?;
                let (source, input) = text.split_once('!').unwrap_or((&text, ""));
                options.source = Some(source.to_string());
                options.input = Some(input.to_string());
            }
            option if option.starts_with('-') => return Ok(None),
            path => {
                let text = fs::read_to_string(path);
                options.source = Some(text.map_err(|error| format!("{path}: {error}"))?);
            }
        }
    }
    Ok(Some(options).filter(|options| options.source.is_some()))
}

fn run(options: &Options) -> Result<(), String> {
    let source = options.source.as_deref().unwrap_or_default();
    let program = Program::parse(source).map_err(|error| error.to_string())?;
    // @feature to_rust
    if options.rust {
        print!("{}", program.to_rust());
        return Ok(());
    }
    // @end
    let input: Box<dyn Read> = match &options.input {
        Some(text) => Box::new(text.as_bytes()),
        None => Box::new(io::stdin().lock()),
    };
    let output = BufWriter::new(io::stdout().lock());
    // @feature limit
    if let Some(steps) = options.steps {
        return program
            .run_for(steps, input, output)
            .map_err(|error| error.to_string());
    }
    // @end
    program
        .run(input, output)
        .map_err(|error| error.to_string())
}
