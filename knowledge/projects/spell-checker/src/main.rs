use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use spell_checker::{distance, Dictionary};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " check WORDLIST [FILE] [OPTION]...\n",
    "       ",
    env!("CARGO_PKG_NAME"),
    " distance WORD WORD\n",
    "Reports the words of FILE, or of standard input, that WORDLIST does not have.\n",
    "The status is 1 if there are any.\n",
    "  --ignore WORD  takes WORD as known; may be repeated\n", // @feature ignore
    "  --summary      prints only the number of unknown words\n", // @feature summary
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        ["distance", a, b] => {
            println!("{}", distance(a, b));
            ExitCode::SUCCESS
        }
        ["check", list, ref rest @ ..] => check(list, rest),
        _ => wrong_usage("unknown or incomplete command"),
    }
}

fn check(list: &str, rest: &[&str]) -> ExitCode {
    let mut files = Vec::new();
    let mut ignored: Vec<&str> = Vec::new(); // @feature ignore
    let mut summary = false; // @feature summary
    let mut args = rest.iter().copied();
    while let Some(arg) = args.next() {
        match arg {
            // @feature ignore
            "--ignore" => match args.next() {
                Some(word) => ignored.push(word),
                None => return wrong_usage("--ignore needs a word"),
            },
            // @end
            "--summary" => summary = true, // @feature summary
            option if option.starts_with("--") => {
                return wrong_usage(&format!("unknown option {option}"));
            }
            file => files.push(file),
        }
    }
    let read = |path: &str| fs::read_to_string(path).map_err(|e| format!("{path}: {e}"));
    let text = match files[..] {
        [] => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}")),
        [file] => read(file),
        _ => return wrong_usage("more than one file"),
    };
    let (list, text) = match read(list).and_then(|list| Ok((list, text?))) {
        Ok(texts) => texts,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    };
    let dictionary = Dictionary::new(&list);
    // @feature ignore
    let mut dictionary = dictionary;
    ignored.iter().for_each(|word| dictionary.add(word));
    // @end
    let unknown = dictionary.check(&text);
    let lines = unknown.iter().map(|found| {
        let suggestions = match found.suggestions[..] {
            [] => "no suggestion".to_string(),
            _ => found.suggestions.join(", "),
        };
        format!("{}: {} ({suggestions})\n", found.line, found.word)
    });
    let report: String = lines.collect();
    // @feature summary
    let report = match summary {
        true => format!("{} unknown words\n", unknown.len()),
        false => report,
    };
    // @end
    print!("{report}");
    if unknown.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("{message}\n{USAGE}");
    ExitCode::from(2)
}
