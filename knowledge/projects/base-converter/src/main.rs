use std::env;
use std::process::ExitCode;

use base_converter::{format, parse, BaseError, DEFAULT_TARGET};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " NUMBER [OPTION]...\n",
    "Converts NUMBER, which may begin with 0b, 0o or 0x, to another base.\n",
    "  --from BASE   base of NUMBER, 2 to 36\n",
    "  --to BASE     base to convert to\n",
    "  --all         shows the four usual bases\n", // @feature all
    "  --group N     groups the digits by N\n",     // @feature grouping
    "  --bits N      shows two's complement in N bits\n", // @feature twos_complement
);

#[derive(Default)]
struct Options {
    number: String,
    from: Option<u32>,
    to: Option<u32>,
    all: bool,          // @feature all
    group: Option<u32>, // @feature grouping
    bits: Option<u32>,  // @feature twos_complement
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let Some(options) = options(&args) else {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    };
    match convert(&options) {
        Ok(text) => {
            println!("{}", text.trim_end());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn options(args: &[String]) -> Option<Options> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--from" => options.from = Some(args.next()?.parse().ok()?),
            "--to" => options.to = Some(args.next()?.parse().ok()?),
            "--all" => options.all = true, // @feature all
            "--group" => options.group = Some(args.next()?.parse().ok()?), // @feature grouping
            "--bits" => options.bits = Some(args.next()?.parse().ok()?), // @feature twos_complement
            _ if arg.starts_with("--") || !options.number.is_empty() => return None,
            number => options.number = number.to_string(),
        }
    }
    (!options.number.is_empty()).then_some(options)
}

fn convert(options: &Options) -> Result<String, BaseError> {
    let number = parse(&options.number, options.from)?;
    // @feature all
    if options.all {
        return Ok(base_converter::overview(number));
    }
    // @end
    // @feature twos_complement
    if let Some(bits) = options.bits {
        return base_converter::twos_complement(number, bits);
    }
    // @end
    let text = format(number, options.to.unwrap_or(DEFAULT_TARGET))?;
    // @feature grouping
    let text = match options.group {
        Some(size) => base_converter::group(&text, size as usize),
        None => text,
    };
    // @end
    Ok(text)
}
