use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [FILE]\n",
    "Writes the Markdown in FILE, or on standard input, as HTML to standard output.\n",
    "  --fragment   writes only the content (the default)\n",
    "  --page       writes a whole page with a title\n", // @feature page
);

fn main() -> ExitCode {
    let mut file = None;
    let mut render: fn(&str) -> String = markdown_to_html::render;
    for arg in env::args().skip(1) {
        match arg.as_str() {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--fragment" => render = markdown_to_html::render,
            "--page" => render = markdown_to_html::page, // @feature page
            option if option.starts_with("--") || file.is_some() => {
                eprint!("unexpected argument {option}\n{USAGE}");
                return ExitCode::from(2);
            }
            _ => file = Some(arg),
        }
    }
    let text = match &file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}")),
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}")),
    };
    let written = text.and_then(|text| {
        io::stdout()
            .write_all(render(&text).as_bytes())
            .map_err(|e| format!("output: {e}"))
    });
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
