use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, Cursor};
use std::path::Path;
use std::process::ExitCode;

use event_log_store::{EventLog, Record, Storage};

/// Where the events are kept unless `--file` says otherwise.
const DEFAULT_FILE: &str = "events.log"; // @slot file

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file PATH | --memory] COMMAND\n",
    "  append KIND TEXT...  adds an event and prints its number\n",
    "  get NUMBER           prints one event\n",
    "  list [FIRST]         prints all events or those from a number on\n",
    "  check                reads the whole file and prints how many events it has\n",
    "  find KIND            prints the events of a kind\n", // @feature find
    "  stats                prints how many events there are of every kind\n", // @feature stats
    "  export               prints all events as lines of JSON\n", // @feature export
    "  run                  carries out commands from standard input, one a line\n",
    "With --memory the log is empty at first and forgotten at the end.\n",
);

enum Failure {
    Usage,
    Error(Box<dyn Error>),
}

impl<E: Into<Box<dyn Error>>> From<E> for Failure {
    fn from(error: E) -> Self {
        Failure::Error(error.into())
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            Ok(())
        }
        ["--memory", ..] => with_log(Cursor::new(Vec::new()), &words[1..]),
        ["--file", path, ..] => with_file(path, &words[2..]),
        _ => with_file(DEFAULT_FILE, &words),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Error(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Opens a file; only commands that write make a new one.
fn with_file(path: &str, words: &[&str]) -> Result<(), Failure> {
    let writes = matches!(words, ["append" | "run", ..]);
    if words.is_empty() {
        return Err(Failure::Usage);
    }
    if !writes && !Path::new(path).exists() {
        return with_log(Cursor::new(Vec::new()), words);
    }
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(writes)
        .truncate(false)
        .open(path);
    with_log(file.map_err(|error| format!("{path}: {error}"))?, words)
}

fn with_log<S: Storage>(storage: S, words: &[&str]) -> Result<(), Failure> {
    let mut log = EventLog::open(storage)?;
    if log.dropped() > 0 {
        eprintln!(
            "warning: an incomplete event of {} bytes was dropped",
            log.dropped()
        );
    }
    if !matches!(words, ["run"]) {
        return execute(&mut log, words);
    }
    for (number, line) in io::stdin().lines().enumerate() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        if !words.is_empty() {
            execute(&mut log, &words).map_err(|failure| {
                let reason = match failure {
                    Failure::Usage => "this is not a command".to_string(),
                    Failure::Error(error) => error.to_string(),
                };
                format!("line {}: {reason}", number + 1)
            })?;
        }
    }
    Ok(())
}

fn execute<S: Storage>(log: &mut EventLog<S>, words: &[&str]) -> Result<(), Failure> {
    let show = |record: Record| println!("{record}");
    match words {
        ["append", kind, text @ ..] => println!("{}", log.append(kind, &text.join(" "))?),
        ["get", number] => show(log.get(number.parse().map_err(|_| Failure::Usage)?)?),
        ["list"] => log.since(1).try_for_each(|record| record.map(show))?,
        ["list", first] => {
            let first = first.parse().map_err(|_| Failure::Usage)?;
            log.since(first).try_for_each(|record| record.map(show))?;
        }
        ["check"] => println!("{} events", log.len()),
        // @feature find
        ["find", kind] => log.of_kind(kind)?.into_iter().for_each(show),
        // @end
        // @feature stats
        ["stats"] => {
            let kinds = log.kinds()?;
            kinds
                .iter()
                .for_each(|(kind, count)| println!("{kind} {count}"));
        }
        // @end
        // @feature export
        ["export"] => {
            let show = |record: Record| println!("{}", event_log_store::to_json(&record));
            log.since(1).try_for_each(|record| record.map(show))?;
        }
        // @end
        _ => return Err(Failure::Usage),
    }
    Ok(())
}
