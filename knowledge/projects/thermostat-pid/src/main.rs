//! Runs the thermostat in a simulated room and prints what happened.

use std::env;
use std::process::ExitCode;

use thermostat_pid::{Status, Thermostat, TARGET};

const DT: f32 = 1.0;
const START_HOUR: f32 = 6.0;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...]\n",
    "Simulates a heated room from six in the morning and prints a line every half hour.\n",
    "  --target DEGREES   the temperature wanted\n",
    "  --outside DEGREES  the mean temperature outside\n",
    "  --hours NUMBER     how long, 12 unless given\n",
    "  --fail HOUR        the sensor breaks after that many hours\n",
    "  --seed NUMBER      other noise of the sensor\n",
    "  --summary          prints only the result\n",
    "  --csv              prints the log with commas\n", // @feature csv
);

struct Options {
    target: f32,
    outside: f32,
    hours: f32,
    fail: f32,
    seed: u32,
    summary: bool,
    csv: bool, // @feature csv
}

impl Default for Options {
    fn default() -> Self {
        Options {
            target: TARGET,
            outside: 5.0,
            hours: 12.0,
            fail: f32::INFINITY,
            seed: 1,
            summary: false,
            csv: false, // @feature csv
        }
    }
}

/// A room that loses heat through its walls; the sensor follows slowly and is noisy.
struct Room {
    air: f32,
    sensor: f32,
    heater: f32,
    seed: u32,
}

impl Room {
    const CAPACITY: f32 = 400_000.0; // joules per degree
    const LOSS: f32 = 60.0; // watts per degree
    const POWER: f32 = 2000.0; // watts

    fn step(&mut self, status: Status, outside: f32, dt: f32) -> f32 {
        let wanted = match status {
            Status::Heating => Self::POWER,
            Status::Cooling => -Self::POWER, // @feature cooling
            _ => 0.0,
        };
        self.heater += (wanted - self.heater) * dt / 60.0;
        let flow = self.heater - Self::LOSS * (self.air - outside);
        self.air += flow / Self::CAPACITY * dt;
        self.sensor += (self.air - self.sensor) * dt / 90.0;
        self.seed = self
            .seed
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        self.sensor + 0.2 * ((self.seed >> 8) as f32 / (1 << 24) as f32 - 0.5)
    }
}

#[derive(Debug, Default)]
struct Outcome {
    /// Largest distance from the target in the last hour, degrees.
    off_by: f32,
    /// Most degrees above the target.
    overshoot: f32,
    faults: bool,
    clicks: u32,
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
    let outcome = simulate(&options, |line| {
        if !options.summary {
            println!("{line}");
        }
    });
    let settled = outcome.off_by < 0.7 && !outcome.faults;
    if !options.summary {
        println!(
            "off by {:.2} in the last hour, at most {:.2} too warm, switched on {} times",
            outcome.off_by, outcome.overshoot, outcome.clicks
        );
    }
    println!("settled: {}", if settled { "yes" } else { "no" });
    println!("sensor: {}", if outcome.faults { "failed" } else { "good" });
    if settled {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = |least: f32, most: f32| {
            let text = args.next().ok_or(format!("{arg} needs a value"))?;
            match text.parse::<f32>() {
                Ok(value) if (least..=most).contains(&value) => Ok(value),
                _ => Err(format!(
                    "{arg} takes a number from {least} to {most}, not '{text}'"
                )),
            }
        };
        match arg.as_str() {
            "--target" => options.target = number(0.0, 40.0)?,
            "--outside" => options.outside = number(-40.0, 50.0)?,
            "--hours" => options.hours = number(1.0, 240.0)?,
            "--fail" => options.fail = number(0.0, 240.0)?,
            "--seed" => options.seed = number(0.0, 1e6)? as u32,
            "--summary" => options.summary = true,
            "--csv" => options.csv = true, // @feature csv
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
}

fn simulate(options: &Options, mut log: impl FnMut(String)) -> Outcome {
    let mut thermostat = Thermostat::new(options.target);
    let mut room = Room {
        air: 12.0,
        sensor: 12.0,
        heater: 0.0,
        seed: options.seed,
    };
    let mut outcome = Outcome::default();
    let mut status = Status::Idle;
    let mut row = |cells: [String; 5]| {
        // @feature csv
        if options.csv {
            return log(cells.join(","));
        }
        // @end
        log(cells.map(|cell| format!("{cell:>12}")).concat())
    };
    row(["hour", "outside", "room", "target", "status"].map(String::from));
    for step in 0..(options.hours * 3600.0 / DT) as u32 {
        let hours = step as f32 * DT / 3600.0;
        let hour = (START_HOUR + hours) % 24.0;
        // @feature schedule
        thermostat.set_target(thermostat_pid::scheduled(options.target, hour));
        // @end
        let swing = 4.0 * ((hour - 9.0) / 24.0 * std::f32::consts::TAU).sin();
        let reading = room.step(status, options.outside + swing, DT);
        status = thermostat.step((hours < options.fail).then_some(reading), DT);
        outcome.faults |= status == Status::SensorFault;
        let error = room.air - thermostat.target();
        if hours > options.hours - 1.0 {
            outcome.off_by = outcome.off_by.max(error.abs());
        }
        if hours > 1.0 {
            outcome.overshoot = outcome.overshoot.max(error);
        }
        if step % 1800 == 0 {
            let [outside, air] = [options.outside + swing, room.air].map(|t| format!("{t:.1}"));
            let target = format!("{:.1}", thermostat.target());
            row([
                format!("{hour:.1}"),
                outside,
                air,
                target,
                format!("{status:?}"),
            ]);
        }
    }
    outcome.clicks = thermostat.clicks();
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_settles_without_much_overshoot() {
        for seed in 0..3 {
            let outcome = simulate(
                &Options {
                    seed,
                    ..Options::default()
                },
                |_| {},
            );
            assert!(
                outcome.off_by < 0.7 && outcome.overshoot < 1.5,
                "{outcome:?}"
            );
            assert!(outcome.clicks > 0 && !outcome.faults);
        }
    }

    #[test]
    fn a_failing_sensor_leaves_the_room_cold() {
        let outcome = simulate(
            &Options {
                fail: 2.0,
                ..Options::default()
            },
            |_| {},
        );
        assert!(outcome.faults && outcome.off_by > 2.0, "{outcome:?}");
    }

    #[test]
    fn wrong_options_are_explained() {
        let message = parse(&["--hours".to_string(), "0".to_string()]).err();
        assert_eq!(
            message.as_deref(),
            Some("--hours takes a number from 1 to 240, not '0'")
        );
    }

    // @feature cooling
    #[test]
    fn a_hot_day_is_kept_out() {
        let options = Options {
            outside: 33.0,
            target: 21.0,
            ..Options::default()
        };
        let outcome = simulate(&options, |_| {});
        assert!(outcome.off_by < 0.7, "{outcome:?}");
    }
    // @end
}
