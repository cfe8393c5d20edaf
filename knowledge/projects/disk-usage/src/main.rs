use disk_usage::{measure, Format};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [PATH]...\n",
    "Prints how much is in folders, the largest first. Without PATH: the current folder.\n",
    "  --depth N   how many levels of folders are printed\n",
    "  --all       prints files too\n",
    "  --human     prints sizes with units\n", // @feature human
    "  --share     prints each part's share of the whole\n",
    "  --top N     lists the N largest files instead\n", // @feature top
    "  --types     sums up by file extension instead\n", // @feature types
);

#[derive(Default)]
struct Request {
    paths: Vec<PathBuf>,
    format: Format,
    // @feature top
    top: Option<usize>,
    // @end
    // @feature types
    types: bool,
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
    let mut problems = Vec::new();
    for path in &request.paths {
        if let Some(root) = measure(path, &mut problems) {
            print!("{}", show(&root, &request));
        }
    }
    for problem in &problems {
        eprintln!("error: {problem}");
    }
    match problems.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    }
}

fn show(root: &disk_usage::Node, request: &Request) -> String {
    let format = &request.format;
    // @feature top
    if let Some(count) = request.top {
        let files = disk_usage::largest(root, count).into_iter();
        let lines = files.map(|(size, path)| {
            let name = path.display().to_string();
            format.line(size, root.size, &name)
        });
        return lines.collect();
    }
    // @end
    // @feature types
    if request.types {
        let sums = disk_usage::by_extension(root).into_iter();
        let lines = sums.map(|(extension, size)| format.line(size, root.size, &extension));
        return lines.collect();
    }
    // @end
    format.tree(root)
}

/// What the arguments ask for; nothing if they ask for help.
fn parse() -> Result<Option<Request>, String> {
    let mut request = Request::default();
    // Paths need not be valid text.
    let mut args = env::args_os().skip(1);
    while let Some(arg) = args.next() {
        let mut number = || {
            let text = args.next().map(|v| v.to_string_lossy().into_owned());
            let number = text.and_then(|text| text.parse::<usize>().ok());
            number.ok_or(format!("{} needs a number", arg.to_string_lossy()))
        };
        match arg.to_str() {
            Some("-h" | "--help") => return Ok(None),
            Some("--depth") => request.format.depth = number()?,
            Some("--all") => request.format.files = true,
            // @feature human
            Some("--human") => request.format.human = true,
            // @end
            Some("--share") => request.format.share = true,
            // @feature top
            Some("--top") => request.top = Some(number()?),
            // @end
            // @feature types
            Some("--types") => request.types = true,
            // @end
            Some(option) if option.starts_with("--") => {
                return Err(format!("unknown option '{option}'"));
            }
            _ => request.paths.push(PathBuf::from(arg)),
        }
    }
    if request.paths.is_empty() {
        request.paths.push(PathBuf::from("."));
    }
    Ok(Some(request))
}
