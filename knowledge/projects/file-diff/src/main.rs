use std::env;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use file_diff::{counts, Comparison};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... OLD NEW\n",
    "Prints the lines that differ: - removed, + added.\n",
    "Ends with 0 if the files are equal, 1 if not or on failure, 2 on wrong usage.\n",
    "  --plain         shows the changed lines without those around them\n",
    "  --ignore-space  takes lines as equal that differ in white space only\n", // @feature ignore_space
    "  --summary       prints only the numbers of lines\n",                     // @feature summary
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let (options, files): (Vec<&str>, Vec<&str>) = args
        .iter()
        .map(String::as_str)
        .partition(|arg| arg.starts_with('-'));
    let mut plain = false;
    let mut summary = false; // @feature summary
    #[allow(unused_mut)]
    let mut comparison = Comparison::default();
    for option in options {
        match option {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            "--plain" => plain = true,
            "--ignore-space" => comparison.ignore_space = true, // @feature ignore_space
            "--summary" => summary = true,                      // @feature summary
            _ => {
                eprint!("unknown option {option}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    let [old, new] = files[..] else {
        eprint!("give two files\n{USAGE}");
        return ExitCode::from(2);
    };
    let read = |path: &str| fs::read_to_string(path).map_err(|e| format!("{path}: {e}"));
    let (old_text, new_text) = match read(old).and_then(|text| Ok((text, read(new)?))) {
        Ok(texts) => texts,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    };
    let changes = comparison.diff(&old_text, &new_text);
    if counts(&changes) == (0, 0) {
        return ExitCode::SUCCESS;
    }
    let text = match plain {
        true => file_diff::plain(&changes),
        // @feature context
        false => {
            let hunks = file_diff::hunks(&changes, file_diff::CONTEXT);
            format!("--- {old}\n+++ {new}\n{hunks}")
        }
        // @end
          // @without context
          //| false => format!("{old} {new}\n{}", file_diff::plain(&changes)),
          // @end
    };
    // @feature summary
    let text = match summary {
        true => format!(
            "{} removed, {} added\n",
            counts(&changes).0,
            counts(&changes).1
        ),
        false => text,
    };
    // @end
    // The files differ, so the status is 1 whether or not anybody reads the output.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::FAILURE
}
