use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use text_justifier::{Layout, MIN_WIDTH};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Sets the paragraphs of FILE, or of standard input, to a width.\n",
    "  --width N    characters per line\n",
    "  --align HOW  justify, left, right or center\n", // @feature align
    "  --indent N   indents the first line of paragraphs\n", // @feature indent
    "  --frame      draws a frame\n",                  // @feature frame
);

struct Options {
    layout: Layout,
    file: Option<String>,
    frame: bool, // @feature frame
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match options(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        layout: Layout::default(),
        file: None,
        frame: false, // @feature frame
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--width" => options.layout.width = number(arg, args.next(), MIN_WIDTH)?,
            "--indent" => options.layout.indent = number(arg, args.next(), 0)?, // @feature indent
            "--frame" => options.frame = true,                                  // @feature frame
            // @feature align
            "--align" => {
                use text_justifier::Align;
                options.layout.align = match args.next().map(String::as_str) {
                    Some("justify") => Align::Justify,
                    Some("left") => Align::Left,
                    Some("right") => Align::Right,
                    Some("center" | "centre") => Align::Center,
                    _ => return Err("--align needs justify, left, right or center".to_string()),
                }
            }
            // @end
            other if other.starts_with("--") => return Err(format!("unknown option {other}")),
            _ if options.file.is_some() => return Err("more than one file".to_string()),
            file => options.file = Some(file.to_string()),
        }
    }
    Ok(options)
}

fn number(option: &str, value: Option<&String>, least: usize) -> Result<usize, String> {
    let number = value
        .and_then(|text| text.parse().ok())
        .filter(|n| (least..=10_000).contains(n));
    number.ok_or_else(|| format!("{option} needs a whole number from {least} to 10000"))
}

fn run(options: &Options) -> Result<(), String> {
    let text = match &options.file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?,
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}"))?,
    };
    let lines = options.layout.set(&text);
    // @feature frame
    let lines = match options.frame {
        true => text_justifier::frame(&lines),
        false => lines,
    };
    // @end
    let mut output: String = lines.join("\n");
    if !output.is_empty() {
        output.push('\n');
    }
    io::stdout()
        .write_all(output.as_bytes())
        .map_err(|e| format!("output: {e}"))
}
