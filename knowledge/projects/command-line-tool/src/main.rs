use std::env;
use std::fs::File;
use std::io::{self, BufReader};
use std::process::ExitCode;

use command_line_tool::{Columns, Counts};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]...\n",
    "Counts lines, words and bytes of the files, or of standard input.\n",
    "  --lines --words --bytes  prints only these counts\n", // @feature choose
    "  --longest                adds the length of the longest line\n", // @feature longest
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (options, files): (Vec<&str>, Vec<&str>) = args
        .iter()
        .map(String::as_str)
        .partition(|arg| arg.starts_with('-') && *arg != "-");
    if options
        .iter()
        .any(|option| matches!(*option, "-h" | "--help"))
    {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let columns = match columns(&options) {
        Ok(columns) => columns,
        Err(message) => {
            eprint!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let files = if files.is_empty() { vec![""] } else { files };
    let mut code = ExitCode::SUCCESS;
    let mut total = Counts::default(); // @feature total
    for file in &files {
        match count(file) {
            Ok(counts) => {
                print!("{}", counts.report(&columns, file));
                total.add(&counts); // @feature total
            }
            Err(error) => {
                eprintln!("{file}: {error}");
                code = ExitCode::FAILURE;
            }
        }
    }
    // @feature total
    if files.len() > 1 {
        print!("{}", total.report(&columns, "total"));
    }
    // @end
    code
}

/// Standard input goes by the name `-`, or by none.
fn count(file: &str) -> io::Result<Counts> {
    match file {
        "" | "-" => Counts::read(io::stdin().lock()),
        path => Counts::read(BufReader::new(File::open(path)?)),
    }
}

fn columns(options: &[&str]) -> Result<Columns, String> {
    let known: &[&str] = &[
        "--lines",   // @feature choose
        "--words",   // @feature choose
        "--bytes",   // @feature choose
        "--longest", // @feature longest
    ];
    if let Some(option) = options.iter().find(|option| !known.contains(option)) {
        return Err(format!("unknown option {option}"));
    }
    let columns = Columns::default();
    // @feature choose
    let columns = match options.iter().any(|option| *option != "--longest") {
        true => Columns {
            lines: options.contains(&"--lines"),
            words: options.contains(&"--words"),
            bytes: options.contains(&"--bytes"),
            ..columns
        },
        false => columns,
    };
    // @end
    // @feature longest
    let columns = Columns {
        longest: options.contains(&"--longest"),
        ..columns
    };
    // @end
    Ok(columns)
}
