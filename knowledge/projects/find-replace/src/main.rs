use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use find_replace::Replacement;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... FIND WITH [FILE]...\n",
    "Replaces FIND by WITH in the files, or from standard input to standard output.\n",
    "  --ignore-case  finds in any case\n", // @feature ignore_case
    "  --word         finds whole words only\n", // @feature whole_words
    "  --dry-run      shows what would change in the files\n", // @feature preview
    "  --backup       keeps the old files with .bak appended\n", // @feature backup
    "  --             ends the options\n",
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let count = args
        .iter()
        .take_while(|arg| arg.starts_with("--") && *arg != "--")
        .count();
    let (options, rest) = args.split_at(count);
    let rest = rest.strip_prefix(&["--".to_string()]).unwrap_or(rest);
    let has = |name: &str| options.iter().any(|option| option == name);
    if has("--help") || rest.first().is_some_and(|arg| arg == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let known = [
        "--ignore-case", // @feature ignore_case
        "--word",        // @feature whole_words
        "--dry-run",     // @feature preview
        "--backup",      // @feature backup
    ];
    let known: &[&str] = &known;
    if let Some(option) = options
        .iter()
        .find(|option| !known.contains(&option.as_str()))
    {
        return wrong_usage(&format!("unknown option {option}"));
    }
    let [find, with, files @ ..] = rest else {
        return wrong_usage("give the text to find and what replaces it");
    };
    #[allow(unused_mut)]
    let Some(mut replacement) = Replacement::new(find, with) else {
        return wrong_usage("the text to find is empty");
    };
    replacement.ignore_case = has("--ignore-case"); // @feature ignore_case
    replacement.whole_words = has("--word"); // @feature whole_words
    if files.is_empty() {
        return finish(filter(&replacement), "standard input");
    }
    let mut code = ExitCode::SUCCESS;
    for file in files {
        // @feature preview
        if has("--dry-run") {
            let text = match std::fs::read_to_string(file) {
                Ok(text) => text,
                Err(error) => {
                    code = finish(Err(error), file);
                    continue;
                }
            };
            for (line, old, new) in replacement.preview(&text) {
                println!("{file}:{line}\n- {old}\n+ {new}");
            }
            continue;
        }
        // @end
        // @feature backup
        if has("--backup") {
            if let Err(error) = find_replace::back_up(Path::new(file)) {
                code = finish(Err(error), file);
                continue;
            }
        }
        // @end
        match replacement.apply_to_file(Path::new(file)) {
            Ok(count) => println!("{file}: {count}"),
            Err(error) => code = finish(Err(error), file),
        }
    }
    code
}

fn filter(replacement: &Replacement) -> io::Result<()> {
    let text = io::read_to_string(io::stdin())?;
    io::stdout().write_all(replacement.apply(&text).0.as_bytes())
}

fn finish(result: io::Result<()>, place: &str) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{place}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("{message}\n{USAGE}");
    ExitCode::from(2)
}
