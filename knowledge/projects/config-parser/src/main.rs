use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use config_parser::Config;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file FILE] COMMAND\n",
    "Reads a configuration from FILE, or from standard input.\n",
    "  get SECTION.KEY      prints one value\n",
    "  show                 prints all values\n",
    "  check KEY KIND       checks that a value is an integer, decimal or boolean\n", // @feature types
    "Behind a command, SECTION.KEY=VALUE replaces what the file says.\n", // @feature overrides
    "${NAME} in a value stands for an environment variable.\n",           // @feature environment
);

enum Failure {
    Usage(String),
    Run(String),
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Usage(message)) => {
            eprint!("{message}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Run(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<String, Failure> {
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        return Ok(USAGE.to_string());
    }
    let (file, args) = match args {
        [option, file, rest @ ..] if option == "--file" => (Some(file), rest),
        _ => (None, args),
    };
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    // @feature overrides
    let overrides: Vec<(&str, &str)> = words.iter().filter_map(|w| w.split_once('=')).collect();
    let words: Vec<&str> = words
        .into_iter()
        .filter(|word| !word.contains('='))
        .collect();
    // @end
    let known = matches!(words[..], ["show"] | ["get", _]);
    let known = known || matches!(words[..], ["check", _, "integer" | "decimal" | "boolean"]); // @feature types
    if !known {
        return Err(Failure::Usage("no such command".to_string()));
    }
    let text = match file {
        Some(path) => fs::read_to_string(path).map_err(|e| Failure::Run(format!("{path}: {e}")))?,
        None => io::read_to_string(io::stdin())
            .map_err(|e| Failure::Run(format!("standard input: {e}")))?,
    };
    let failed = |error: config_parser::ConfigError| Failure::Run(error.to_string());
    #[allow(unused_mut)]
    let mut config = Config::parse(&text).map_err(failed)?;
    // @feature overrides
    for (key, value) in overrides {
        config.set(key, value);
    }
    // @end
    // @feature environment
    config.expand(|name| env::var(name).ok()).map_err(failed)?;
    // @end
    match words[..] {
        ["get", key] => config
            .get(key)
            .map(|value| format!("{value}\n"))
            .map_err(failed),
        // @feature types
        ["check", key, kind] => match kind {
            "integer" => config.integer(key).map(|value| format!("{value}\n")),
            "decimal" => config.decimal(key).map(|value| format!("{value}\n")),
            _ => config.boolean(key).map(|value| format!("{value}\n")),
        }
        .map_err(failed),
        // @end
        _ => Ok(config
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect()),
    }
}
