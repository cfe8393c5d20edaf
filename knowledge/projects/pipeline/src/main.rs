use std::env;
use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use pipeline::{text, Pipeline};

/// Threads of each stage unless `--workers` says otherwise.
const WORKERS: usize = 4; // @slot workers

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...] < LINES\n",
    "Sends the lines of standard input through stages that run at the same time: cleaning,\n",
    "measuring, writing. Prints checksum, number of words and the cleaned line, in order.\n",
    "  --workers N   threads of each stage\n",
    "  --limit N     stops after that many results\n", // @feature limit
    "  --grep TEXT   leaves out lines without TEXT\n", // @feature filter
    "  --stats       says on standard error what each stage did\n", // @feature statistics
);

struct Options {
    workers: usize,
    limit: usize,     // @feature limit
    grep: String,     // @feature filter
    statistics: bool, // @feature statistics
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match parse(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        workers: WORKERS,
        limit: usize::MAX,   // @feature limit
        grep: String::new(), // @feature filter
        statistics: false,   // @feature statistics
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        let number = |text: &str| match text.parse::<usize>() {
            Ok(number) if number > 0 => Ok(number),
            _ => Err(format!("{arg} takes a number above 0, not '{text}'")),
        };
        match arg.as_str() {
            "--workers" => options.workers = number(value()?)?.min(256),
            "--limit" => options.limit = number(value()?)?, // @feature limit
            "--grep" => options.grep = value()?.clone(),    // @feature filter
            "--stats" => options.statistics = true,         // @feature statistics
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
}

fn run(options: Options) -> Result<(), String> {
    // The source ends at the first line that cannot be read; the error is kept for the end.
    let unreadable = Arc::new(Mutex::new(None));
    let keep = Arc::clone(&unreadable);
    let lines = BufReader::new(io::stdin()).lines().map_while(move |line| {
        line.map_err(|error| *keep.lock().unwrap_or_else(PoisonError::into_inner) = Some(error))
            .ok()
    });
    let workers = options.workers;
    let cleaned =
        Pipeline::source(lines).stage("clean", workers, |line: String| text::clean(&line));
    // @feature filter
    let grep = options.grep.clone();
    let cleaned = cleaned.stage("grep", 1, move |line| line.contains(&grep).then_some(line));
    // @end
    let rows = cleaned
        .stage("measure", workers, |line| Some(text::measure(line)))
        .stage("format", 1, |measured| Some(text::row(&measured)));
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut written = Ok(());
    // @feature limit
    let mut left = options.limit;
    // @end
    let reports = rows.run(|row| {
        written = writeln!(out, "{row}");
        // @feature limit
        left -= 1;
        if left == 0 {
            return false;
        }
        // @end
        written.is_ok()
    });
    let _reports = reports.map_err(|error| error.to_string())?;
    written
        .and_then(|()| out.flush())
        .map_err(|error| error.to_string())?;
    // @feature statistics
    if options.statistics {
        for report in _reports {
            eprintln!(
                "{}: {} taken, {} passed on",
                report.stage, report.taken, report.passed
            );
        }
    }
    // @end
    let error = unreadable
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    error.map_or(Ok(()), |error| Err(format!("standard input: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let parsed =
            |args: &[&str]| parse(&args.iter().map(|arg| arg.to_string()).collect::<Vec<_>>());
        assert!(parsed(&["--workers", "3"]).is_ok_and(|options| options.workers == 3));
        assert!(parsed(&["--workers", "0"]).is_err() && parsed(&["--workers"]).is_err());
        assert!(parsed(&["--fast"]).is_err());
    }
}
