use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use base64_hex::{wrap, BASE64};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND [FILE]\n",
    "Works on FILE, or on standard input, and writes to standard output.\n",
    "  encode      bytes as Base64\n",
    "  decode      Base64 as bytes\n",
    "  encode-hex  bytes as hexadecimal digits\n", // @feature hex
    "  decode-hex  hexadecimal digits as bytes\n", // @feature hex
    "  encode-url  bytes as Base64 for addresses and file names\n", // @feature url
    "  decode-url  the same back\n",               // @feature url
    "  dump        a table of the bytes\n",        // @feature dump
);

type Command = fn(&[u8]) -> Result<Vec<u8>, base64_hex::DecodeError>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (name, file) = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [name] => (name, None),
        [name, file] => (name, Some(file)),
        _ => return wrong_usage("give a command and at most one file"),
    };
    let Some(command) = command(name) else {
        return wrong_usage(&format!("unknown command '{name}'"));
    };
    let result = input(file).and_then(|bytes| {
        let output = command(&bytes).map_err(|e| e.to_string())?;
        io::stdout()
            .write_all(&output)
            .map_err(|e| format!("output: {e}"))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn command(name: &str) -> Option<Command> {
    Some(match name {
        "encode" => |bytes| Ok(wrap(&BASE64.encode(bytes)).into_bytes()),
        "decode" => |text| BASE64.decode(text),
        "encode-hex" => |bytes| Ok(wrap(&base64_hex::encode_hex(bytes)).into_bytes()), // @feature hex
        "decode-hex" => base64_hex::decode_hex, // @feature hex
        "encode-url" => |bytes| Ok((base64_hex::BASE64_URL.encode(bytes) + "\n").into_bytes()), // @feature url
        "decode-url" => |text| base64_hex::BASE64_URL.decode(text), // @feature url
        "dump" => |bytes| Ok(base64_hex::dump(bytes).into_bytes()), // @feature dump
        _ => return None,
    })
}

fn input(file: Option<&str>) -> Result<Vec<u8>, String> {
    match file {
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

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("{message}\n{USAGE}");
    ExitCode::from(2)
}
