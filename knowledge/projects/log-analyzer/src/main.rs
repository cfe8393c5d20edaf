use std::env;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::process::ExitCode;

use log_analyzer::Report;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]...\n",
    "Reports on access logs in the common format, or on standard input.\n",
    "  --clients  lists the busiest clients\n", // @feature clients
    "  --paths    lists the pages requested most\n", // @feature paths
    "  --hours    counts the requests of each hour\n", // @feature hours
    "  --errors   looks only at requests that failed\n", // @feature errors
);

const OPTIONS: &[&str] = &[
    "--clients", // @feature clients
    "--paths",   // @feature paths
    "--hours",   // @feature hours
    "--errors",  // @feature errors
];

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let (options, files): (Vec<&str>, Vec<&str>) = args
        .iter()
        .map(String::as_str)
        .partition(|arg| arg.starts_with("--"));
    if let Some(option) = options.iter().find(|option| !OPTIONS.contains(option)) {
        eprint!("unknown option {option}\n{USAGE}");
        return ExitCode::from(2);
    }
    match report(&options, &files) {
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

fn report(options: &[&str], files: &[&str]) -> Result<String, String> {
    let has = |name: &str| name.is_empty() || options.contains(&name);
    let mut report = Report::new();
    // @feature errors
    if has("--errors") {
        report = Report::of_errors();
    }
    // @end
    for file in files {
        let reader = File::open(file).map(BufReader::new);
        reader
            .and_then(|reader| add(&mut report, reader))
            .map_err(|e| format!("{file}: {e}"))?;
    }
    if files.is_empty() {
        add(&mut report, io::stdin().lock()).map_err(|e| format!("standard input: {e}"))?;
    }
    let sections = [
        (has(""), report.summary()),
        (has("--clients"), report.clients_text()), // @feature clients
        (has("--paths"), report.paths_text()),     // @feature paths
        (has("--hours"), report.hours_text()),     // @feature hours
    ];
    Ok(sections
        .into_iter()
        .filter(|(wanted, _)| *wanted)
        .map(|(_, text)| text)
        .collect())
}

/// Bytes that are no text are replaced, so that one strange request does not stop the report.
fn add(report: &mut Report, mut reader: impl BufRead) -> io::Result<()> {
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line)? > 0 {
        report.add_line(&String::from_utf8_lossy(&line));
        line.clear();
    }
    Ok(())
}
