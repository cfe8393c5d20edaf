use std::env;
use std::io;
use std::process::ExitCode;

use cipher_tool::{caesar, DEFAULT_SHIFT};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND [TEXT]\n",
    "Works on TEXT, or on standard input.\n",
    "  caesar [--shift N]    shifts the letters N places on\n",
    "  uncaesar [--shift N]  shifts them back\n",
    "  vigenere --key WORD   shifts by the letters of WORD\n", // @feature vigenere
    "  unvigenere --key WORD shifts them back\n",              // @feature vigenere
    "  atbash                mirrors the alphabet\n",          // @feature atbash
    "  crack                 finds the shift of an English text and decrypts it\n", // @feature crack
);

enum Failure {
    Usage(String),
    Run(String),
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(text) => {
            println!("{}", text.trim_end_matches('\n'));
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
    let usage = |message: &str| Failure::Usage(message.to_string());
    let (command, rest) = args.split_first().ok_or_else(|| usage("no command"))?;
    if matches!(command.as_str(), "-h" | "--help") {
        return Ok(USAGE.to_string());
    }
    let (option, rest) = match rest {
        [name, value, rest @ ..] if name == "--shift" || name == "--key" => {
            (Some((name.as_str(), value.as_str())), rest)
        }
        _ => (None, rest),
    };
    let shift = || match option {
        None => Ok(DEFAULT_SHIFT),
        Some(("--shift", value)) => value
            .parse::<i64>()
            .map_err(|_| Failure::Usage(format!("'{value}' is no number"))),
        Some((name, _)) => Err(Failure::Usage(format!("{command} takes no {name}"))),
    };
    // @feature vigenere
    let key = || match option {
        Some(("--key", word)) => cipher_tool::KeyWord::new(word)
            .ok_or_else(|| usage("a key word consists of the letters A to Z")),
        _ => Err(usage("give a key word with --key")),
    };
    // @end
    match command.as_str() {
        "caesar" => {
            let shift = shift()?;
            Ok(caesar(&input(rest)?, shift))
        }
        "uncaesar" => {
            let shift = shift()?;
            Ok(caesar(&input(rest)?, -(shift % 26)))
        }
        // @feature vigenere
        "vigenere" => {
            let key = key()?;
            Ok(key.encrypt(&input(rest)?))
        }
        "unvigenere" => {
            let key = key()?;
            Ok(key.decrypt(&input(rest)?))
        }
        // @end
        // @feature atbash
        "atbash" => Ok(cipher_tool::atbash(&input(rest)?)),
        // @end
        // @feature crack
        "crack" => {
            let text = input(rest)?;
            let shift = cipher_tool::crack(&text)
                .ok_or_else(|| Failure::Run("the text has no letters".to_string()))?;
            Ok(format!("shift {shift}\n{}", caesar(&text, -shift)))
        }
        // @end
        other => Err(Failure::Usage(format!("unknown command '{other}'"))),
    }
}

/// The text of the arguments or, without any, of standard input.
fn input(words: &[String]) -> Result<String, Failure> {
    match words {
        [] => io::read_to_string(io::stdin())
            .map_err(|error| Failure::Run(format!("standard input: {error}"))),
        words => Ok(words.join(" ")),
    }
}
