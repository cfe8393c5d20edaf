use epidemic_simulator::{table, Model, DAYS};
use std::env;
use std::process::ExitCode;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Simulates an epidemic. Rates are per day.\n",
    "  --population N         number of people\n",
    "  --infected N           infected people at the beginning\n",
    "  --transmission RATE    infections that one infected person causes\n",
    "  --recovery RATE        share of the infected who recover\n",
    "  --days N               days to simulate\n",
    "  --every N              prints every Nth day\n",
    "  --incubation DAYS      days until an infected person is infectious\n", // @feature exposed
    "  --vaccinate SHARE      share of the susceptible vaccinated per day\n", // @feature vaccine
    "  --measures DAY SHARE   lowers the transmission by a share from a day on\n", // @feature measures
    "  --chart                draws bars\n",                                       // @feature chart
    "  --csv                  prints comma-separated values\n",                    // @feature csv
);

/// The longest time that can be simulated.
const MOST_DAYS: usize = 1_000_000;

struct Options {
    model: Model,
    days: usize,
    every: usize,
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
    match parse(&args) {
        Ok(options) => {
            print!("{}", run(&options));
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
        model: Model::default(),
        days: DAYS,
        every: 10,
        // @feature chart
        chart: false,
        // @end
        // @feature csv
        csv: false,
        // @end
    };
    let model = &mut options.model;
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = || -> Result<f64, String> {
            let text = args.next().ok_or(format!("{arg} needs a value"))?;
            let number = text.parse::<f64>().ok().filter(|n| n.is_finite());
            number.ok_or(format!("{arg}: '{text}' is not a number"))
        };
        match arg.as_str() {
            "--population" => model.population = number()?,
            "--infected" => model.infected = number()?,
            "--transmission" => model.transmission = number()?,
            "--recovery" => model.recovery = number()?,
            "--days" => options.days = whole(number()?)?,
            "--every" => options.every = whole(number()?)?,
            // @feature exposed
            "--incubation" => model.incubation = Some(number()?),
            // @end
            // @feature vaccine
            "--vaccinate" => model.vaccination = number()?,
            // @end
            // @feature measures
            "--measures" => model.measures = Some((number()?, number()?)),
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
    options.model.check()?;
    Ok(options)
}

fn whole(number: f64) -> Result<usize, String> {
    match number.fract() == 0.0 && (0.0..=MOST_DAYS as f64).contains(&number) {
        true => Ok(number as usize),
        false => Err(format!("{number} is not a possible number of days")),
    }
}

fn run(options: &Options) -> String {
    let course = options.model.run(options.days);
    // @feature csv
    if options.csv {
        return epidemic_simulator::csv(&course, options.every);
    }
    // @end
    let text = table(&course, options.every);
    // @feature chart
    let text = match options.chart {
        true => epidemic_simulator::chart(&course, options.every),
        false => text,
    };
    // @end
    text + &options.model.summary(&course)
}
