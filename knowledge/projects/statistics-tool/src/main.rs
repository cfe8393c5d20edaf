use std::env;
use std::io;
use std::process::ExitCode;

use statistics_tool::Sample;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [NUMBER]...\n",
    "Describes the numbers, or those on standard input.\n",
    "  --percentile P  adds the quartiles and a percentile\n", // @feature quartiles
    "  --outliers      lists the outliers\n",                  // @feature outliers
    "  --mode          adds the most frequent numbers\n",      // @feature mode
    "  --histogram     draws a histogram\n",                   // @feature histogram
);

#[derive(Default)]
struct Options {
    numbers: Vec<String>,
    percentile: Option<f64>, // @feature quartiles
    outliers: bool,          // @feature outliers
    mode: bool,              // @feature mode
    histogram: bool,         // @feature histogram
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match options(&args) {
        Ok(options) => options,
        Err(message) => {
            eprint!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match describe(&options) {
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

fn options(args: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = args.iter().peekable();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            // @feature quartiles
            "--percentile" => {
                let percent = args.next().and_then(|text| text.parse().ok());
                let percent = percent.filter(|p| (0.0..=100.0).contains(p));
                options.percentile = Some(percent.ok_or("--percentile needs a number to 100")?);
            }
            // @end
            "--outliers" => options.outliers = true, // @feature outliers
            "--mode" => options.mode = true,         // @feature mode
            "--histogram" => options.histogram = true, // @feature histogram
            option if option.starts_with("--") => return Err(format!("unknown option {option}")),
            number => options.numbers.push(number.to_string()),
        }
    }
    if args.peek().is_some() {
        return Err("unexpected argument".to_string());
    }
    Ok(options)
}

fn describe(options: &Options) -> Result<String, String> {
    let text = match options.numbers[..] {
        [] => io::read_to_string(io::stdin()).map_err(|e| format!("standard input: {e}"))?,
        _ => options.numbers.join(" "),
    };
    let sample = Sample::parse(&text).map_err(|e| e.to_string())?;
    #[allow(unused_mut)]
    let mut report = sample.report();
    // @feature quartiles
    if let Some(percent) = options.percentile {
        let ((first, third), value) = (sample.quartiles(), sample.percentile(percent));
        let decimals = statistics_tool::DECIMALS;
        report += &format!("quartiles {first:.decimals$} {third:.decimals$}\n");
        report += &format!("percentile {percent} {value:.decimals$}\n");
    }
    // @end
    // @feature outliers
    if options.outliers {
        report += &format!("outliers{}\n", statistics_tool::joined(&sample.outliers()));
    }
    // @end
    // @feature mode
    if options.mode {
        let (modes, count) = sample.modes();
        report += &format!("mode{} ({count} times)\n", statistics_tool::joined(&modes));
    }
    // @end
    // @feature histogram
    if options.histogram {
        report += &sample.draw_histogram(statistics_tool::BINS);
    }
    // @end
    Ok(report)
}
