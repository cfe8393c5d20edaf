use folder_sync::{carry_out, plan, Options};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... SOURCE TARGET\n",
    "Copies what is new or changed in the folder SOURCE to the folder TARGET.\n",
    "  --dry-run        tells what would be done and does nothing\n",
    "  --delete         deletes what SOURCE does not have\n", // @feature delete
    "  --content        compares the bytes of files, not their times\n", // @feature content
    "  --exclude NAME   leaves out files and folders of this name\n", // @feature exclude
);

struct Request {
    source: PathBuf,
    target: PathBuf,
    options: Options,
    dry_run: bool,
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
    let Request { source, target, .. } = &request;
    let plan = match plan(source, target, &request.options) {
        Ok(plan) => plan,
        Err(message) => {
            eprintln!("error: {message}");
            return ExitCode::FAILURE;
        }
    };
    let mut problems = plan.problems;
    let mut done = 0;
    for action in &plan.actions {
        let result = match request.dry_run {
            true => Ok(()),
            false => carry_out(action, source, target),
        };
        match result {
            Ok(()) => {
                done += 1;
                println!("{action}");
            }
            Err(message) => problems.push(message),
        }
    }
    match request.dry_run {
        true => println!("{done} things to do"),
        false => println!("{done} things done"),
    }
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
    let mut folders: Vec<PathBuf> = Vec::new();
    let mut request = Request {
        source: PathBuf::new(),
        target: PathBuf::new(),
        options: Options::default(),
        dry_run: false,
    };
    // Paths need not be valid text.
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("-h" | "--help") => return Ok(None),
            Some("-n" | "--dry-run") => request.dry_run = true,
            // @feature delete
            Some("--delete") => request.options.delete = true,
            // @end
            // @feature content
            Some("--content") => request.options.content = true,
            // @end
            // @feature exclude
            Some("--exclude") => {
                let name = args.next().ok_or("--exclude needs a name")?;
                let name = name.to_string_lossy().into_owned();
                request.options.excluded.push(name);
            }
            // @end
            Some(option) if option.starts_with("--") => {
                return Err(format!("unknown option '{option}'"));
            }
            _ => folders.push(PathBuf::from(arg)),
        }
    }
    let [source, target] =
        <[PathBuf; 2]>::try_from(folders).map_err(|_| "two folders are needed".to_string())?;
    (request.source, request.target) = (source, target);
    Ok(Some(request))
}
