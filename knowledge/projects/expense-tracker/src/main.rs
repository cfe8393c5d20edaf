use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use expense_tracker::{check_month, date_of_day, format_amount, Expense, Expenses};

/// Where the expenses are kept unless `--file` says otherwise.
const DEFAULT_FILE: &str = "expenses.txt"; // @slot file

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file PATH] COMMAND\n",
    "  add AMOUNT CATEGORY [NOTE]...      adds an expense of today (UTC)\n",
    "  on DATE AMOUNT CATEGORY [NOTE]...  adds an expense of another day\n",
    "  list [MONTH]                       shows expenses with their numbers\n",
    "  total [MONTH]                      prints the sum\n",
    "  summary [MONTH]                    prints the sum of each category\n",
    "  months                             prints the sum of each month\n", // @feature months
    "  remove NUMBER                      removes an expense\n",           // @feature remove
    "  csv                                prints a table for spreadsheets\n", // @feature csv
    "Dates look like 2024-05-31, months like 2024-05, amounts like 12.34.\n",
    "With --file - the expenses are read from standard input; changed ones are printed.\n",
);

enum Outcome {
    Shown(String),
    Changed,
    Usage,
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (path, words) = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--file", path, ..] => (path, &words[2..]),
        _ => (DEFAULT_FILE, &words[..]),
    };
    match run(path, words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Loads, changes and stores the expenses; false if the command was not understood.
fn run(path: &str, words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let mut expenses = Expenses::parse(&read(path)?).map_err(|e| format!("{path}: {e}"))?;
    match execute(&mut expenses, words)? {
        Outcome::Usage => return Ok(false),
        Outcome::Shown(text) => print!("{text}"),
        Outcome::Changed if path == "-" => print!("{}", expenses.to_text()),
        Outcome::Changed => {
            // A file that is replaced as a whole is never half written.
            let new = format!("{path}.new");
            fs::write(&new, expenses.to_text()).map_err(|e| format!("{new}: {e}"))?;
            fs::rename(&new, path).map_err(|e| format!("{path}: {e}"))?;
        }
    }
    Ok(true)
}

/// The text of the file; one that does not exist yet is empty.
fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let result = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| format!("{path}: {error}")),
    }
}

fn today() -> Result<String, Box<dyn Error>> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(date_of_day(seconds / 86400))
}

fn sums<'a>(sums: impl IntoIterator<Item = (&'a str, u64)>) -> String {
    let line = |(name, sum)| format!("{name:<12} {:>14}\n", format_amount(sum));
    sums.into_iter().map(line).collect()
}

fn execute(expenses: &mut Expenses, words: &[&str]) -> Result<Outcome, Box<dyn Error>> {
    let month = match words {
        ["list" | "total" | "summary", month] => check_month(month)?,
        _ => "",
    };
    Ok(match words {
        ["add", amount, category, note @ ..] => {
            expenses.add(Expense::new(&today()?, amount, category, &note.join(" "))?);
            Outcome::Changed
        }
        ["on", date, amount, category, note @ ..] => {
            expenses.add(Expense::new(date, amount, category, &note.join(" "))?);
            Outcome::Changed
        }
        ["list"] | ["list", _] => {
            let entries = expenses.of(month);
            Outcome::Shown(
                entries
                    .map(|(number, entry)| format!("{number}. {entry}\n"))
                    .collect(),
            )
        }
        ["total"] | ["total", _] => {
            Outcome::Shown(format!("{}\n", format_amount(expenses.total(month))))
        }
        ["summary"] | ["summary", _] => Outcome::Shown(sums(expenses.by_category(month))),
        // @feature months
        ["months"] => Outcome::Shown(sums(expenses.by_month())),
        // @end
        // @feature remove
        ["remove", number] => {
            expenses.remove(number)?;
            Outcome::Changed
        }
        // @end
        // @feature csv
        ["csv"] => Outcome::Shown(expenses.to_csv()),
        // @end
        _ => Outcome::Usage,
    })
}
