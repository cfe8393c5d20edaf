use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND [INPUT [OUTPUT]]\n",
    "Works on files or on standard input and output.\n",
    "  compress    makes the input smaller\n",
    "  decompress  restores it\n",
    "  info        tells how much compressing saves\n", // @feature statistics
    "  codes       shows the code of every byte\n",     // @feature table
);

type Command = fn(&[u8]) -> Result<Vec<u8>, huffman_compressor::HuffmanError>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (name, input, output) = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [name] => (name, None, None),
        [name, input] => (name, Some(input), None),
        [name, input, output] => (name, Some(input), Some(output)),
        _ => return wrong_usage(),
    };
    let command: Command = match name {
        "compress" => |bytes| Ok(huffman_compressor::compress(bytes)),
        "decompress" => huffman_compressor::decompress,
        "info" => |bytes| Ok(huffman_compressor::info(bytes).into_bytes()), // @feature statistics
        "codes" => |bytes| Ok(huffman_compressor::table(bytes).into_bytes()), // @feature table
        _ => return wrong_usage(),
    };
    let result = read(input)
        .and_then(|bytes| command(&bytes).map_err(|e| e.to_string()))
        .and_then(|bytes| write(output, &bytes));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage() -> ExitCode {
    eprint!("{USAGE}");
    ExitCode::from(2)
}

fn read(path: Option<&str>) -> Result<Vec<u8>, String> {
    match path {
        Some(path) => fs::read(path).map_err(|e| format!("{path}: {e}")),
        None => {
            let mut bytes = Vec::new();
            io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|e| format!("standard input: {e}"))?;
            Ok(bytes)
        }
    }
}

fn write(path: Option<&str>, bytes: &[u8]) -> Result<(), String> {
    match path {
        Some(path) => fs::write(path, bytes).map_err(|e| format!("{path}: {e}")),
        None => io::stdout()
            .write_all(bytes)
            .map_err(|e| format!("standard output: {e}")),
    }
}
