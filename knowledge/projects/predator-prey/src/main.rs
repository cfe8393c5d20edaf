use predator_prey::{table, Count, Habits, World, PREDATORS, PREY, SIDE, STEPS};
use std::env;
use std::process::ExitCode;
use std::str::FromStr;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Simulates predators and their prey.\n",
    "  --prey N              prey at the beginning\n",
    "  --predators N         predators at the beginning\n",
    "  --size N              sides of the grid\n",
    "  --steps N             steps to simulate\n",
    "  --every N             prints every Nth step\n",
    "  --seed N              another run by chance\n",
    "  --prey-breeds N       age at which prey breeds\n", // @feature tuning
    "  --predator-breeds N   age at which predators breed\n", // @feature tuning
    "  --hunger N            steps that a predator lives after a meal\n", // @feature tuning
    "  --map                 draws the grid at the end\n", // @feature map
    "  --chart               draws both numbers over time\n", // @feature chart
    "  --csv                 prints comma-separated values\n", // @feature csv
);

struct Options {
    count: Count,
    side: usize,
    steps: usize,
    every: usize,
    seed: u64,
    habits: Habits,
    // @feature map
    map: bool,
    // @end
    // @feature chart
    chart: bool,
    // @end
    // @feature csv
    csv: bool,
    // @end
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match parse(&args).and_then(|options| run(&options)) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprint!("error: {message}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        count: Count {
            prey: PREY,
            predators: PREDATORS,
        },
        side: SIDE,
        steps: STEPS,
        every: 5,
        seed: 1,
        habits: Habits::default(),
        // @feature map
        map: false,
        // @end
        // @feature chart
        chart: false,
        // @end
        // @feature csv
        csv: false,
        // @end
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--prey" => options.count.prey = number(arg, args.next())?,
            "--predators" => options.count.predators = number(arg, args.next())?,
            "--size" => options.side = number(arg, args.next())?,
            "--steps" => options.steps = number(arg, args.next())?,
            "--every" => options.every = number(arg, args.next())?,
            "--seed" => options.seed = number(arg, args.next())?,
            // @feature tuning
            "--prey-breeds" => options.habits.prey_breeds = number(arg, args.next())?,
            "--predator-breeds" => options.habits.predator_breeds = number(arg, args.next())?,
            "--hunger" => options.habits.hunger = number(arg, args.next())?,
            // @end
            // @feature map
            "--map" => options.map = true,
            // @end
            // @feature chart
            "--chart" => options.chart = true,
            // @end
            // @feature csv
            "--csv" => options.csv = true,
            // @end
            _ => return Err(format!("unknown argument '{arg}'")),
        }
    }
    Ok(options)
}

fn number<T: FromStr>(option: &str, value: Option<&String>) -> Result<T, String> {
    let value = value.ok_or(format!("{option} needs a value"))?;
    let wrong = |_| format!("{option}: '{value}' is not a possible number");
    value.parse().map_err(wrong)
}

/// Simulates what is asked for and tells the course.
fn run(options: &Options) -> Result<String, String> {
    let mut world = World::new(options.side, options.count, options.habits, options.seed)?;
    let counts = world.run(options.steps);
    // @feature csv
    if options.csv {
        return Ok(predator_prey::csv(&counts, options.every));
    }
    // @end
    let text = table(&counts, options.every);
    // @feature chart
    let text = match options.chart {
        true => predator_prey::chart(&counts, options.every),
        false => text,
    };
    // @end
    // @feature map
    let text = match options.map {
        true => format!("{text}{world}"),
        false => text,
    };
    // @end
    Ok(text)
}
