use std::env;
use std::error::Error;
use std::fs;
use std::io;
use std::process::ExitCode;

use quiz_runner::{parse_questions, run, PASS_MARK};

/// The quiz when no file is given.
const SAMPLE: &str = include_str!("../questions.txt");

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Asks the questions in FILE, or a few of its own, and counts right answers. Answers are\n",
    "letters or texts on standard input; an empty line skips a question.\n",
    "  --check         only checks the file and prints the number of questions\n",
    "  --shuffle SEED  changes the order of questions and answers\n", // @feature shuffle
    "  --review        shows at the end what was wrong\n",            // @feature review
    "FILE holds questions (? TEXT), each followed by its right answer (= TEXT)\n",
    "and wrong ones (- TEXT), one a line",
    "; ! TEXT explains the answer", // @feature explanations
    ". # begins a comment.\n",
    "The exit status is 1 if too few answers were right.\n",
);

#[derive(Default)]
struct Options {
    path: Option<String>,
    check: bool,
    shuffle: Option<u64>, // @feature shuffle
    review: bool,         // @feature review
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(options) = parse(&args) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match play(&options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options; nothing if they are wrong.
fn parse(args: &[String]) -> Option<Options> {
    let mut options = Options::default();
    let mut rest = args;
    while let [arg, after @ ..] = rest {
        rest = after;
        match arg.as_str() {
            "--check" => options.check = true,
            // @feature shuffle
            "--shuffle" => {
                let (seed, after) = rest.split_first()?;
                options.shuffle = Some(seed.parse().ok()?);
                rest = after;
            }
            // @end
            // @feature review
            "--review" => options.review = true,
            // @end
            option if option.starts_with('-') || options.path.is_some() => return None,
            path => options.path = Some(path.to_string()),
        }
    }
    Some(options)
}

/// Runs the quiz and says whether it was passed.
fn play(options: &Options) -> Result<bool, Box<dyn Error>> {
    let (name, text) = match &options.path {
        Some(path) => (
            path.as_str(),
            fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?,
        ),
        None => ("sample", SAMPLE.to_string()),
    };
    let questions = parse_questions(&text).map_err(|e| format!("{name}: {e}"))?;
    if options.check {
        println!("{} questions", questions.len());
        return Ok(true);
    }
    // @feature shuffle
    let mut questions = questions;
    if let Some(seed) = options.shuffle {
        quiz_runner::shuffle(&mut questions, seed);
    }
    // @end
    let score = run(&questions, io::stdin().lock(), &mut io::stdout().lock())?;
    println!(
        "{} of {} right ({} %)",
        score.right,
        score.asked,
        score.percent()
    );
    // @feature review
    if options.review && !score.missed.is_empty() {
        print!("To learn:\n{}", quiz_runner::review(&questions, &score));
    }
    // @end
    println!(
        "{} (from {PASS_MARK} %)",
        if score.passed() {
            "Passed"
        } else {
            "Not passed"
        }
    );
    Ok(score.passed())
}
