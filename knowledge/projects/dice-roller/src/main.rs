use std::env;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use dice_roller::{Dice, DiceError, Random, DEFAULT_SEED};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... DICE...\n",
    "Throws dice, for example 2d6+3, d20 or d%-5.\n",
    "  4d6kh3 keeps the three highest dice, 2d20kl1 the lowest\n", // @feature keep
    "  3d6! throws another die for every six\n",                   // @feature exploding
    "  --random   different dice on every run; otherwise they are the same each time\n",
    "  --seed N   the same dice for the same N\n",
    "  --times N  throws N times, up to 100000\n", // @feature times
    "  --odds     prints how often every total comes up in 100000 throws\n", // @feature odds
);

struct Options {
    seed: u64,
    dice: Vec<String>,
    times: u32,
    odds: bool, // @feature odds
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
    match run(&options) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The options; nothing if they are wrong.
fn parse(args: &[String]) -> Option<Options> {
    let mut options = Options {
        seed: DEFAULT_SEED,
        dice: Vec::new(),
        times: 1,
        odds: false, // @feature odds
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seed" => options.seed = args.next()?.parse().ok()?,
            "--random" => options.seed = clock(),
            // @feature times
            "--times" => {
                options.times = args
                    .next()?
                    .parse()
                    .ok()
                    .filter(|n| (1..=100000).contains(n))?
            }
            // @end
            // @feature odds
            "--odds" => options.odds = true,
            // @end
            option if option.starts_with("--") => return None,
            dice => options.dice.push(dice.to_string()),
        }
    }
    Some(options).filter(|options| !options.dice.is_empty())
}

/// The time in nanoseconds, which nobody knows in advance.
fn clock() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(DEFAULT_SEED, |time| time.as_nanos() as u64)
}

fn run(options: &Options) -> Result<String, DiceError> {
    let dice: Result<Vec<Dice>, _> = options.dice.iter().map(|text| text.parse()).collect();
    let dice = dice?;
    let mut random = Random::new(options.seed);
    let mut text = String::new();
    for dice in &dice {
        // @feature odds
        if options.odds {
            for (total, count) in dice.odds(&mut random, 100_000) {
                text += &format!("{total:>5} {:6.2} %\n", f64::from(count) / 1000.0);
            }
            continue;
        }
        // @end
        for _ in 0..options.times {
            text += &format!("{}\n", dice.throw(&mut random));
        }
    }
    Ok(text)
}
