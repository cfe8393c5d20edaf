use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use csv_stats::{report, Table};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Prints statistics of the numeric columns of FILE, or of standard input.\n",
    "  --where CONDITION  uses only rows with COLUMN=VALUE, COLUMN<N or COLUMN>N\n", // @feature filter
    "  --median           adds the medians\n", // @feature median
    "  --column NAME      shows only this column; may be repeated\n", // @feature select
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let mut file = None;
    let mut conditions: Vec<String> = Vec::new(); // @feature filter
    let mut medians = false; // @feature median
    let mut names: Vec<String> = Vec::new(); // @feature select
    let mut rest = args.into_iter();
    while let Some(arg) = rest.next() {
        match arg.as_str() {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            // @feature filter
            "--where" => match rest.next() {
                Some(condition) => conditions.push(condition),
                None => return wrong_usage("--where needs a condition"),
            },
            // @end
            "--median" => medians = true, // @feature median
            // @feature select
            "--column" => match rest.next() {
                Some(name) => names.push(name),
                None => return wrong_usage("--column needs a name"),
            },
            // @end
            option if option.starts_with("--") => {
                return wrong_usage(&format!("unknown option {option}"));
            }
            _ if file.is_some() => return wrong_usage("more than one file"),
            _ => file = Some(arg),
        }
    }
    let text = match &file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}")),
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}")),
    };
    let result = text.and_then(|text| {
        #[allow(unused_mut)]
        let mut table = Table::parse(&text).map_err(|e| e.to_string())?;
        // @feature filter
        for condition in &conditions {
            table.filter(condition).map_err(|e| e.to_string())?;
        }
        // @end
        let columns: Vec<usize> = (0..table.header.len()).collect();
        // @feature select
        let columns = match names.is_empty() {
            true => columns,
            false => names
                .iter()
                .map(|name| table.column(name).map_err(|e| e.to_string()))
                .collect::<Result<_, _>>()?,
        };
        // @end
        let text = report(&table, &columns);
        // @feature median
        if medians {
            return Ok(text + &csv_stats::medians(&table, &columns));
        }
        // @end
        Ok(text)
    });
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn wrong_usage(message: &str) -> ExitCode {
    eprint!("{message}\n{USAGE}");
    ExitCode::from(2)
}
