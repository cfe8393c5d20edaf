use std::env;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use parallel_word_count::{count_files, expand, Counts, Rules};

/// Words that are listed.
const TOP: usize = 10; // @slot top

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...] [FILE...]\n",
    "Counts the words of all files together, on several threads, and lists the most frequent.\n",
    "Without files it reads standard input.\n",
    "  --top N           how many words to list\n",
    "  --threads N       how many threads, as many as the processor can run unless given\n",
    "  --min-length N    leaves shorter words out\n",
    "  --case-sensitive  The and the are different words\n",
    "  --stop WORDS      leaves these words out, such as the,a,of\n", // @feature stopwords
    "  --csv             prints WORD,COUNT lines only\n",             // @feature csv
    "A folder stands for all files below it.\n",                      // @feature folders
);

#[derive(Default)]
struct Options {
    files: Vec<PathBuf>,
    rules: Rules,
    top: usize,
    threads: usize,
    csv: bool, // @feature csv
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
    let (counts, failures) = count(&options);
    for failure in &failures {
        eprintln!("error: {failure}");
    }
    if counts.files > 0 {
        print!("{}", report(&counts, &options));
    }
    if failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        top: TOP,
        threads: std::thread::available_parallelism().map_or(1, |count| count.get()),
        ..Options::default()
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        let number = |text: &String| {
            let number = text.parse::<usize>();
            number.map_err(|_| format!("{arg} takes a number, not '{text}'"))
        };
        match arg.as_str() {
            "--top" => options.top = number(value()?)?,
            "--threads" => options.threads = number(value()?)?,
            "--min-length" => options.rules.shortest = number(value()?)?,
            "--case-sensitive" => options.rules.case_sensitive = true,
            // @feature stopwords
            "--stop" => {
                options.rules.stop_words = value()?.split(',').map(str::to_string).collect()
            }
            // @end
            "--csv" => options.csv = true, // @feature csv
            other if other.starts_with("--") => return Err(format!("unknown option '{other}'")),
            file => options.files.push(file.into()),
        }
    }
    // @feature stopwords
    if !options.rules.case_sensitive {
        for word in &mut options.rules.stop_words {
            *word = word.to_lowercase();
        }
    }
    // @end
    Ok(options)
}

/// The counts, and what could not be counted.
fn count(options: &Options) -> (Counts, Vec<String>) {
    if options.files.is_empty() {
        return match Counts::read(io::stdin(), &options.rules) {
            Ok(counts) => (counts, Vec::new()),
            Err(error) => (Counts::default(), vec![format!("standard input: {error}")]),
        };
    }
    match expand(&options.files) {
        Ok(files) => {
            let (counts, errors) = count_files(&files, options.threads, &options.rules);
            (
                counts,
                errors.iter().map(|error| error.to_string()).collect(),
            )
        }
        Err(error) => (Counts::default(), vec![error.to_string()]),
    }
}

fn report(counts: &Counts, options: &Options) -> String {
    let top = counts.top(options.top);
    // @feature csv
    if options.csv {
        return top
            .iter()
            .map(|(word, count)| format!("{word},{count}\n"))
            .collect();
    }
    // @end
    let rows: String = top
        .iter()
        .map(|(word, count)| format!("{count:>8} {word}\n"))
        .collect();
    let Counts {
        files,
        lines,
        words,
        bytes,
        of,
    } = counts;
    let different = of.len();
    format!(
        "{rows}{files} files, {lines} lines, {words} words, {different} different, {bytes} bytes\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_checked() {
        let parsed =
            |args: &[&str]| parse(&args.iter().map(|arg| arg.to_string()).collect::<Vec<_>>());
        let options =
            parsed(&["--top", "3", "a", "b"]).unwrap_or_else(|message| panic!("{message}"));
        assert_eq!((options.top, options.files.len()), (3, 2));
        assert!(parsed(&["--top", "x"]).is_err() && parsed(&["--fast"]).is_err());
        assert!(parsed(&["--threads"]).is_err());
    }
}
