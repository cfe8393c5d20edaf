use queue_simulator::{random_customers, Simulation, CLERKS, CUSTOMERS, GAP, SERVICE};
use std::env;
use std::process::ExitCode;
use std::str::FromStr;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]...\n",
    "Simulates customers who queue for clerks. Times are minutes.\n",
    "  --clerks N      number of clerks\n",
    "  --customers N   number of customers\n",
    "  --gap T         mean time between two arrivals\n",
    "  --service T     mean time of a service\n",
    "  --seed N        other customers by chance\n",
    "  --patience T    customers leave when they have waited for so long\n", // @feature patience
    "  --read          reads customers from standard input: arrival and service on each line\n", // @feature input
    "  --compare N     compares 1 to N clerks\n", // @feature compare
    "  --log           prints each event\n",      // @feature log
);

struct Options {
    simulation: Simulation,
    customers: usize,
    gap: f64,
    service: f64,
    seed: u64,
    // @feature input
    read: bool,
    // @end
    // @feature compare
    compare: Option<usize>,
    // @end
    // @feature log
    log: bool,
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
    match run(&options) {
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

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        simulation: Simulation::new(CLERKS),
        customers: CUSTOMERS,
        gap: GAP,
        service: SERVICE,
        seed: 1,
        // @feature input
        read: false,
        // @end
        // @feature compare
        compare: None,
        // @end
        // @feature log
        log: false,
        // @end
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--clerks" => options.simulation.clerks = number(arg, args.next(), 1, 100_000)?,
            "--customers" => options.customers = number(arg, args.next(), 0, 10_000_000)?,
            "--gap" => options.gap = number(arg, args.next(), 0.0, 1e6)?,
            "--service" => options.service = number(arg, args.next(), 0.0, 1e6)?,
            "--seed" => options.seed = number(arg, args.next(), 0, u64::MAX)?,
            // @feature patience
            "--patience" => {
                let patience = number(arg, args.next(), 0.0, 1e9)?;
                options.simulation.patience = Some(queue_simulator::time(patience));
            }
            // @end
            // @feature input
            "--read" => options.read = true,
            // @end
            // @feature compare
            "--compare" => options.compare = Some(number(arg, args.next(), 1, 1000)?),
            // @end
            // @feature log
            "--log" => options.log = true,
            // @end
            _ => return Err(format!("unknown argument '{arg}'")),
        }
    }
    Ok(options)
}

fn number<T>(option: &str, value: Option<&String>, least: T, most: T) -> Result<T, String>
where
    T: FromStr + PartialOrd,
{
    let value = value.ok_or(format!("{option} needs a value"))?;
    let number = value.parse::<T>().ok();
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or(format!("{option}: '{value}' is not a possible number"))
}

/// Simulates what is asked for and tells the result.
fn run(options: &Options) -> Result<String, String> {
    let customers = random_customers(
        options.customers,
        options.gap,
        options.service,
        options.seed,
    );
    // @feature input
    let customers = match options.read {
        true => {
            let text = std::io::read_to_string(std::io::stdin());
            queue_simulator::read_customers(&text.map_err(|error| error.to_string())?)?
        }
        false => customers,
    };
    // @end
    // @feature compare
    if let Some(most) = options.compare {
        return Ok(queue_simulator::compare(
            &options.simulation,
            &customers,
            most,
        ));
    }
    // @end
    let report = options.simulation.run(&customers);
    let text = report.to_string();
    // @feature log
    let text = match options.log {
        true => report.log.join("\n") + "\n" + &text,
        false => text,
    };
    // @end
    Ok(text)
}
