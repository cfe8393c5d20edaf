use duplicate_finder::{find, report, Options};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... FOLDER...\n",
    "Finds files with the same content. Exit status 1 if something could not be read.\n",
    "  --min-size N   ignores files with fewer bytes\n",
    "  --ext A,B      looks only at files with these extensions\n", // @feature filter
    "  --json         prints JSON\n",                               // @feature json
    "  --delete       tells which copies it would delete, keeping the first of each group\n", // @feature delete
    "  --yes          with --delete: deletes them\n", // @feature delete
);

#[derive(Default)]
struct Request {
    roots: Vec<PathBuf>,
    options: Options,
    // @feature json
    json: bool,
    // @end
    // @feature delete
    delete: bool,
    yes: bool,
    // @end
}

fn main() -> ExitCode {
    let request = match parse() {
        Ok(Some(request)) => request,
        Ok(None) => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let findings = find(&request.roots, &request.options);
    let text = report(&findings.groups);
    // @feature json
    let text = match request.json {
        true => duplicate_finder::json(&findings.groups),
        false => text,
    };
    // @end
    print!("{text}");
    let mut problems = findings.problems;
    // @feature delete
    if request.delete {
        for group in &findings.groups {
            for done in duplicate_finder::delete_copies(group, request.yes) {
                match done {
                    Ok(line) => println!("{line}"),
                    Err(problem) => problems.push(problem),
                }
            }
        }
    }
    // @end
    problems.sort();
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

/// What the arguments ask for; nothing if they ask for help.
fn parse() -> Result<Option<Request>, String> {
    let mut request = Request::default();
    // Paths need not be valid text.
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || {
            let value = args.next().map(|v| v.to_string_lossy().into_owned());
            value.ok_or(format!("{} needs a value", arg.to_string_lossy()))
        };
        match arg.to_str() {
            Some("-h" | "--help") => return Ok(None),
            Some("--min-size") => {
                let text = value()?;
                let wrong = |_| format!("'{text}' is not a size in bytes");
                request.options.min_size = text.parse().map_err(wrong)?;
            }
            // @feature filter
            Some("--ext") => {
                let list = value()?.to_lowercase();
                let extensions = list
                    .split(',')
                    .map(|e| e.trim_start_matches('.').to_string());
                request.options.extensions = extensions.collect();
            }
            // @end
            // @feature json
            Some("--json") => request.json = true,
            // @end
            // @feature delete
            Some("--delete") => request.delete = true,
            Some("--yes") => request.yes = true,
            // @end
            Some(option) if option.starts_with("--") => {
                return Err(format!("unknown option '{option}'"));
            }
            _ => request.roots.push(PathBuf::from(arg)),
        }
    }
    match request.roots.is_empty() {
        true => Err("no folder is given".to_string()),
        false => Ok(Some(request)),
    }
}
