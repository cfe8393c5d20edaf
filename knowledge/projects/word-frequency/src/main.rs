use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::process::ExitCode;

use word_frequency::{table, WordCount, DEFAULT_TOP};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]...\n",
    "Counts the words of the files, or of standard input.\n",
    "  --top N          lists N words\n",
    "  --no-stopwords   leaves out common English words\n", // @feature stopwords
    "  --min-length N   leaves out shorter words\n",        // @feature minimum
    "  --csv            writes comma separated values\n",   // @feature csv
    "  --bars           draws bars\n",                      // @feature bars
);

enum Failure {
    Usage(String),
    Run(String),
}

struct Options {
    files: Vec<String>,
    top: usize,
    no_stopwords: bool, // @feature stopwords
    min_length: usize,  // @feature minimum
    csv: bool,          // @feature csv
    bars: bool,         // @feature bars
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|a| a == "-h" || a == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let result = options(&args).and_then(|options| report(&options));
    match result {
        Ok(text) => match io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(Failure::Usage(text)) => {
            eprint!("{text}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Run(text)) => {
            eprintln!("error: {text}");
            ExitCode::FAILURE
        }
    }
}

fn options(args: &[String]) -> Result<Options, Failure> {
    let mut options = Options {
        files: Vec::new(),
        top: DEFAULT_TOP,
        no_stopwords: false, // @feature stopwords
        min_length: 0,       // @feature minimum
        csv: false,          // @feature csv
        bars: false,         // @feature bars
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--top" => options.top = number(arg, args.next())?,
            "--no-stopwords" => options.no_stopwords = true, // @feature stopwords
            "--min-length" => options.min_length = number(arg, args.next())?, // @feature minimum
            "--csv" => options.csv = true,                   // @feature csv
            "--bars" => options.bars = true,                 // @feature bars
            other if other.starts_with("--") => {
                return Err(Failure::Usage(format!("unknown option {other}")));
            }
            file => options.files.push(file.to_string()),
        }
    }
    Ok(options)
}

fn number(option: &str, value: Option<&String>) -> Result<usize, Failure> {
    value
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Failure::Usage(format!("{option} needs a whole number")))
}

fn report(options: &Options) -> Result<String, Failure> {
    let mut count = WordCount::default();
    for file in &options.files {
        let bytes = fs::read(file).map_err(|e| Failure::Run(format!("{file}: {e}")))?;
        count.add(&String::from_utf8_lossy(&bytes));
    }
    if options.files.is_empty() {
        let mut bytes = Vec::new();
        io::stdin()
            .read_to_end(&mut bytes)
            .map_err(|e| Failure::Run(format!("standard input: {e}")))?;
        count.add(&String::from_utf8_lossy(&bytes));
    }
    let summary = count.summary();
    // @feature stopwords
    if options.no_stopwords {
        count.drop_stopwords();
    }
    // @end
    count.drop_shorter(options.min_length); // @feature minimum
    let list = count.top(options.top);
    // @feature csv
    if options.csv {
        return Ok(word_frequency::csv(&list));
    }
    // @end
    // @feature bars
    if options.bars {
        return Ok(format!("{summary}\n{}", word_frequency::bars(&list, 40)));
    }
    // @end
    Ok(format!("{summary}\n{}", table(&list)))
}
