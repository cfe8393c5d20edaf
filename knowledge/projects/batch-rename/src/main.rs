use batch_rename::{carry_out, list, plan, Rule};
use std::collections::BTreeSet;
use std::env;
use std::io;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " RULE... [FOLDER [--apply]]\n",
    "Shows the new names of the files in FOLDER; without FOLDER those of the names on standard\n",
    "input. Rules are applied in their order and spare the extension:\n",
    "  --replace OLD NEW   replaces text\n",
    "  --prefix TEXT       puts text before the name\n",
    "  --suffix TEXT       puts text after the name\n",
    "  --lower, --upper    changes letters\n", // @feature letters
    "  --number TEXT       TEXT and a running number in place of the name\n",
    "Others:\n",
    "  --apply             renames\n",
    "  --ext A,B           only files with these extensions\n", // @feature filter
    "  --log FILE          with --apply: writes what was renamed\n", // @feature undo
    "  --undo FILE         takes back what a log says\n",       // @feature undo
);

#[derive(Default)]
struct Request {
    rules: Vec<Rule>,
    folder: Option<String>,
    apply: bool,
    // @feature filter
    extensions: Vec<String>,
    // @end
    // @feature undo
    log: Option<String>,
    undo: Option<String>,
    // @end
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args_os()
        .skip(1)
        .map(|arg| arg.to_string_lossy().into_owned())
        .collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let request = match parse(args) {
        Ok(request) => request,
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match run(&request) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: Vec<String>) -> Result<Request, String> {
    let mut request = Request::default();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--replace" => match (value()?, value()?) {
                (old, _) if old.is_empty() => return Err("nothing to replace".to_string()),
                (old, new) => request.rules.push(Rule::Replace(old, new)),
            },
            "--prefix" => request.rules.push(Rule::Prefix(value()?)),
            "--suffix" => request.rules.push(Rule::Suffix(value()?)),
            // @feature letters
            "--lower" => request.rules.push(Rule::Lower),
            "--upper" => request.rules.push(Rule::Upper),
            // @end
            "--number" => request.rules.push(Rule::Number(value()?)),
            "--apply" => request.apply = true,
            // @feature filter
            "--ext" => {
                let list = value()?.to_lowercase();
                request.extensions = list.split(',').map(|e| format!(".{e}")).collect();
            }
            // @end
            // @feature undo
            "--log" => request.log = Some(value()?),
            "--undo" => request.undo = Some(value()?),
            // @end
            _ if arg.starts_with("--") => return Err(format!("unknown option '{arg}'")),
            _ if request.folder.is_some() => return Err("one folder at a time".to_string()),
            _ => request.folder = Some(arg),
        }
    }
    if request.apply && request.folder.is_none() {
        return Err("--apply needs a folder".to_string());
    }
    // @feature undo
    if request.undo.is_some() && request.folder.is_none() {
        return Err("--undo needs a folder".to_string());
    }
    // @end
    Ok(request)
}

fn run(request: &Request) -> Result<(), String> {
    let wanted = |name: &str| !name.is_empty();
    // @feature filter
    let wanted = |name: &str| {
        let extension = batch_rename::split(name).1.to_lowercase();
        wanted(name) && (request.extensions.is_empty() || request.extensions.contains(&extension))
    };
    // @end
    let (names, others) = match &request.folder {
        Some(folder) => list(Path::new(folder), wanted)?,
        None => {
            let lines: Result<Vec<String>, _> = io::stdin().lines().collect();
            let mut names = lines.map_err(|error| format!("standard input: {error}"))?;
            names.retain(|name| wanted(name));
            (names, BTreeSet::new())
        }
    };
    let changes = plan(&names, &others, &request.rules)?;
    // @feature undo
    let changes = match &request.undo {
        Some(file) => read_undo(file)?,
        None => changes,
    };
    // @end
    for (old, new) in &changes {
        println!("{old} -> {new}");
    }
    if let (Some(folder), true) = (&request.folder, request.apply) {
        carry_out(Path::new(folder), &changes)?;
        // @feature undo
        if let Some(file) = &request.log {
            let log = batch_rename::write_log(&changes);
            std::fs::write(file, log).map_err(|error| format!("{file}: {error}"))?;
        }
        // @end
        println!("{} renamed", changes.len());
    }
    Ok(())
}

// @feature undo
fn read_undo(file: &str) -> Result<Vec<batch_rename::Change>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    batch_rename::read_log(&text).map_err(|message| format!("{file}: {message}"))
}
// @end
