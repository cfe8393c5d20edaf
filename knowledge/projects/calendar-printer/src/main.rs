use std::env;
use std::process::ExitCode;

use calendar_printer::{days_between, month_lines, text_of, Date, DateError};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND\n",
    "  month YEAR MONTH  prints the calendar of a month\n",
    "  weekday DATE      prints the day of the week\n",
    "  between DATE DATE prints how many days lie between two dates\n",
    "  year YEAR         prints the calendar of a year\n", // @feature year
    "  week DATE         prints the ISO week\n",           // @feature week
    "  add DATE DAYS     prints the date that many days later\n", // @feature add
    "  workdays DATE DATE prints how many of the days are Monday to Friday\n", // @feature workdays
    "Dates look like 2024-05-31.\n",
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if let ["-h" | "--help"] = words[..] {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&words) {
        Ok(Some(text)) => print!("{text}"),
        Ok(None) => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// What a command prints; nothing if it is not understood.
fn run(words: &[&str]) -> Result<Option<String>, DateError> {
    let text = match words {
        ["month", year, month] => match (year.parse(), month.parse()) {
            (Ok(year), Ok(month)) => text_of(&month_lines(year, month)?),
            _ => return Ok(None),
        },
        ["weekday", date] => format!("{}\n", date.parse::<Date>()?.weekday_name()),
        ["between", from, to] => format!("{}\n", days_between(from.parse()?, to.parse()?)),
        // @feature year
        ["year", year] => match year.parse() {
            Ok(year) => text_of(&calendar_printer::year_lines(year)?),
            Err(_) => return Ok(None),
        },
        // @end
        // @feature week
        ["week", date] => {
            let (year, week) = date.parse::<Date>()?.iso_week();
            format!("{year}-W{week:02}\n")
        }
        // @end
        // @feature add
        ["add", date, days] => match days.parse() {
            Ok(days) => format!("{}\n", date.parse::<Date>()?.plus(days)?),
            Err(_) => return Ok(None),
        },
        // @end
        // @feature workdays
        ["workdays", from, to] => {
            let days = calendar_printer::workdays_between(from.parse()?, to.parse()?);
            format!("{days}\n")
        }
        // @end
        _ => return Ok(None),
    };
    Ok(Some(text))
}
