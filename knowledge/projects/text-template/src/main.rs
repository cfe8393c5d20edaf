use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use text_template::{parse_value, parse_values, Template, Values};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [KEY=VALUE]...\n",
    "Fills the places of a template, read from standard input, with values.\n",
    "  --template FILE  reads the template from a file\n",
    "  --values FILE    reads values from a file, KEY=VALUE on each line\n",
    "  --names          prints the names that the template uses\n", // @feature names
    "Values of later arguments replace earlier ones. In the template:\n",
    "  NAME           is replaced by the value\n",
    "  NAME|TEXT      by TEXT if there is no value\n", // @feature defaults
    "  NAME:FILTER    by the changed value: upper, lower, trim, html\n", // @feature filters
    "  if NAME ... end, if not NAME ... end  keep or drop what is between\n", // @feature conditions
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        println!(
            "each between these delimiters: {}",
            text_template::DELIMITERS
        );
        return ExitCode::SUCCESS;
    }
    match run(&args) {
        Ok(Some(text)) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Ok(None) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The text to print; nothing if the arguments are wrong.
fn run(args: &[String]) -> Result<Option<String>, Box<dyn Error>> {
    let mut values = Values::new();
    let mut template = None;
    let mut names = false; // @feature names
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--template" | "--values" => {
                let Some(path) = args.next() else {
                    return Ok(None);
                };
                let text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
                match arg.as_str() {
                    "--template" => template = Some(text),
                    _ => values.extend(parse_values(&text).map_err(|e| format!("{path}: {e}"))?),
                }
            }
            // @feature names
            "--names" => names = true,
            // @end
            option if option.starts_with('-') => return Ok(None),
            value => values.extend([parse_value(value)?]),
        }
    }
    let text = match template {
        Some(text) => text,
        None => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text)?;
            text
        }
    };
    let template = Template::parse(&text)?;
    // @feature names
    if names {
        return Ok(Some(
            template
                .names()
                .iter()
                .map(|name| format!("{name}\n"))
                .collect(),
        ));
    }
    // @end
    Ok(Some(template.fill(&values)?))
}
