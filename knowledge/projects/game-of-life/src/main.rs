use game_of_life::{World, GENERATIONS, HEIGHT, WIDTH};
use std::env;
use std::io::{self, Read, Write};
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... < DRAWING\n",
    "Runs the Game of Life. The drawing has one line per row; '.' and ' ' are dead cells.\n",
    "  --size WxH        size of the grid\n",
    "  --generations N   how many generations to run\n",
    "  --every           prints every generation, not only the last\n",
    "  --pattern NAME    starts with a known pattern: glider, acorn, ...\n", // @feature patterns
    "  --random SHARE    starts with this share of living cells, for example 0.3\n", // @feature random
    "  --seed N          chooses another random start\n", // @feature random
    "  --wrap            joins opposite edges\n",         // @feature wrap
    "  --until-stable    stops when nothing new can come\n", // @feature cycles
);

struct Options {
    size: (usize, usize),
    generations: usize,
    every: bool,
    // @feature patterns
    pattern: Option<&'static str>,
    // @end
    // @feature random
    share: Option<f64>,
    seed: u64,
    // @end
    // @feature wrap
    wrap: bool,
    // @end
    // @feature cycles
    until_stable: bool,
    // @end
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
    match start(&options).and_then(|world| run(world, &options).map_err(|e| e.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        size: (WIDTH, HEIGHT),
        generations: GENERATIONS,
        every: false,
        // @feature patterns
        pattern: None,
        // @end
        // @feature random
        share: None,
        seed: 1,
        // @end
        // @feature wrap
        wrap: false,
        // @end
        // @feature cycles
        until_stable: false,
        // @end
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut value = || args.next().ok_or(format!("{arg} needs a value"));
        match arg.as_str() {
            "--size" => options.size = parse_size(value()?)?,
            "--generations" => options.generations = parse_number(value()?)?,
            "--every" => options.every = true,
            // @feature patterns
            "--pattern" => options.pattern = Some(game_of_life::find_pattern(value()?)?),
            // @end
            // @feature random
            "--random" => {
                let share: f64 = parse_number(value()?)?;
                if !(0.0..=1.0).contains(&share) {
                    return Err(format!("{share} is not between 0 and 1"));
                }
                options.share = Some(share);
            }
            "--seed" => options.seed = parse_number(value()?)?,
            // @end
            // @feature wrap
            "--wrap" => options.wrap = true,
            // @end
            // @feature cycles
            "--until-stable" => options.until_stable = true,
            // @end
            _ => return Err(format!("unknown option '{arg}'")),
        }
    }
    Ok(options)
}

fn parse_number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a possible number"))
}

fn parse_size(text: &str) -> Result<(usize, usize), String> {
    let (width, height) = text
        .split_once('x')
        .ok_or_else(|| format!("'{text}' is not a size such as 40x20"))?;
    Ok((parse_number(width)?, parse_number(height)?))
}

/// The world before the first step.
fn start(options: &Options) -> Result<World, String> {
    let mut world = World::new(options.size.0, options.size.1)?;
    // @feature wrap
    world.set_wrap(options.wrap);
    // @end
    // @feature random
    if let Some(share) = options.share {
        world.scatter(share, options.seed);
        return Ok(world);
    }
    // @end
    // @feature patterns
    if let Some(drawing) = options.pattern {
        world.place(drawing)?;
        return Ok(world);
    }
    // @end
    let mut drawing = String::new();
    io::stdin()
        .read_to_string(&mut drawing)
        .map_err(|error| format!("the drawing cannot be read: {error}"))?;
    world.place(&drawing)?;
    Ok(world)
}

fn run(mut world: World, options: &Options) -> io::Result<()> {
    let mut out = io::stdout().lock();
    // @feature cycles
    let mut watcher = game_of_life::Watcher::default();
    // @end
    for generation in 0..=options.generations {
        let last = generation == options.generations;
        // @feature cycles
        let ending = match options.until_stable {
            true => watcher.watch(generation, &world),
            false => None,
        };
        let last = last || ending.is_some();
        // @end
        if options.every || last {
            let alive = world.population();
            write!(out, "generation {generation}, {alive} alive\n{world}")?;
        }
        // @feature cycles
        if let Some(ending) = ending {
            return writeln!(out, "{ending}");
        }
        // @end
        world.step();
    }
    Ok(())
}
