use std::env;
use std::fs;
use std::io;
use std::process::ExitCode;

use task_scheduler::{parse, plan};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Plans the tasks in FILE, or on standard input: NAME PRIORITY DURATION on each line.\n",
    "Behind the duration may stand the names of tasks to wait for.\n", // @feature dependencies
    "  --workers N   spreads the tasks over N workers\n",              // @feature workers
);

fn main() -> ExitCode {
    let mut file = None;
    let workers = 1;
    let mut args = env::args().skip(1);
    let mut wanted = None; // @feature workers
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "-h" | "--help" => {
                print!("{USAGE}");
                return ExitCode::SUCCESS;
            }
            // @feature workers
            "--workers" => {
                wanted = args
                    .next()
                    .and_then(|text| text.parse().ok())
                    .filter(|n| *n > 0);
                if wanted.is_none() {
                    return wrong_usage("--workers needs a number");
                }
            }
            // @end
            option if option.starts_with("--") || file.is_some() => {
                return wrong_usage(&format!("unexpected argument {option}"));
            }
            _ => file = Some(arg),
        }
    }
    let workers = wanted.unwrap_or(workers); // @feature workers
    let text = match &file {
        Some(path) => fs::read_to_string(path).map_err(|e| format!("{path}: {e}")),
        None => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}")),
    };
    let steps = text.and_then(|text| {
        parse(&text)
            .and_then(|tasks| plan(&tasks, workers))
            .map_err(|e| e.to_string())
    });
    match steps {
        Ok(steps) => {
            steps
                .iter()
                .for_each(|step| println!("{} {}", step.start, step.name));
            println!(
                "{} end",
                steps.iter().map(|step| step.end).max().unwrap_or(0)
            );
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
