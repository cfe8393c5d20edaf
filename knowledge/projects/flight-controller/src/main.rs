//! Flies the controller in a simulation and prints the log of the flight.

mod simulator;

use std::env;
use std::process::ExitCode;

use flight_controller::flight::{Command, Controller, Mode};
use simulator::Quadcopter;

/// Metres above the ground at which the flight goes on.
const ALTITUDE: f32 = 5_f32; // @slot altitude
const DT: f64 = 0.004;
const LOG_EVERY: usize = 125; // steps

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION...]\n",
    "Simulates a flight: take-off, a sideways lean, landing; prints its log.\n",
    "  --altitude METRES   how high to fly (1 to 100)\n",
    "  --wind SPEED        steady wind in metres a second (0 to 15)\n",
    "  --seed NUMBER       other noise of sensors and air\n",
    "  --link-loss SECOND  the pilot's commands end then\n",
    "  --summary           prints only how the flight ended\n",
    "  --battery VOLTS     voltage at the start\n", // @feature battery
    "  --csv               prints the log with commas\n", // @feature csv
);

struct Options {
    altitude: f32,
    wind: f64,
    seed: u64,
    link_loss: f64,
    summary: bool,
    battery: f64, // @feature battery
    csv: bool,    // @feature csv
}

impl Default for Options {
    fn default() -> Self {
        Options {
            altitude: ALTITUDE,
            wind: 3.0,
            seed: 1,
            link_loss: f64::INFINITY,
            summary: false,
            battery: 12.6, // @feature battery
            csv: false,    // @feature csv
        }
    }
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
    let flight = fly(&options, |line| {
        if !options.summary {
            println!("{line}");
        }
    });
    let modes: Vec<String> = flight
        .modes
        .iter()
        .map(|mode| format!("{mode:?}"))
        .collect();
    println!("modes: {}", modes.join(" "));
    println!("landed softly: {}", if flight.soft { "yes" } else { "no" });
    if flight.soft {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let mut number = |least: f64, most: f64| {
            let text = args.next().ok_or(format!("{arg} needs a value"))?;
            match text.parse::<f64>() {
                Ok(value) if (least..=most).contains(&value) => Ok(value),
                _ => Err(format!(
                    "{arg} takes a number from {least} to {most}, not '{text}'"
                )),
            }
        };
        match arg.as_str() {
            "--altitude" => options.altitude = number(1.0, 100.0)? as f32,
            "--wind" => options.wind = number(0.0, 15.0)?,
            "--seed" => options.seed = number(0.0, 1e15)? as u64,
            "--link-loss" => options.link_loss = number(0.0, 1e6)?,
            "--summary" => options.summary = true,
            "--battery" => options.battery = number(0.0, 20.0)?, // @feature battery
            "--csv" => options.csv = true,                       // @feature csv
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
}

struct Flight {
    modes: Vec<Mode>,
    soft: bool,
    highest: f64,
}

/// What the pilot does: arm, climb, lean to the right for two seconds, land.
fn pilot(time: f64, altitude: f32) -> Command {
    let cruise = 3.0 + f64::from(altitude);
    let mut command = Command {
        arm: time >= 0.5,
        altitude: if time >= 1.0 && time < cruise + 8.0 {
            altitude
        } else {
            0.0
        },
        ..Command::default()
    };
    if (cruise..cruise + 2.0).contains(&time) {
        command.roll = 0.15;
    }
    // @feature heading
    if time >= cruise + 3.0 {
        command.heading = 1.0;
    }
    // @end
    command
}

fn fly(options: &Options, mut log: impl FnMut(String)) -> Flight {
    let mut craft = Quadcopter::new(options.wind, options.seed);
    // @feature battery
    craft.battery = options.battery;
    // @end
    let mut controller = Controller::default();
    let mut flight = Flight {
        modes: vec![controller.mode()],
        soft: false,
        highest: 0.0,
    };
    let mut row = |cells: [String; 9]| {
        // @feature csv
        if options.csv {
            return log(cells.join(","));
        }
        // @end
        log(cells.map(|cell| format!("{cell:>10}")).concat())
    };
    row([
        "time", "mode", "altitude", "x", "y", "roll", "pitch", "yaw", "power",
    ]
    .map(String::from));
    let limit = 30.0 + 4.0 * f64::from(options.altitude);
    for step in 0..(limit / DT) as usize {
        let time = step as f64 * DT;
        let command = pilot(time, options.altitude);
        let linked = time < options.link_loss;
        let motors = controller.step(&craft.sense(), linked.then_some(&command), DT as f32);
        craft.step(motors, DT);
        flight.highest = flight.highest.max(craft.position[2]);
        let mode = controller.mode();
        if flight.modes.last() != Some(&mode) {
            flight.modes.push(mode);
        }
        let over = mode == Mode::Disarmed && flight.modes.len() > 2;
        if step % LOG_EVERY == 0 || over {
            let [x, y, z] = craft.position.map(|metres| format!("{metres:.2}"));
            let [roll, pitch, yaw] = craft
                .angles
                .map(|angle| format!("{:.1}", angle.to_degrees()));
            let power = format!("{:.2}", motors.iter().sum::<f32>() / 4.0);
            let name = format!("{mode:?}");
            let name = name.split('(').next().unwrap_or("").to_string();
            row([format!("{time:.1}"), name, z, x, y, roll, pitch, yaw, power]);
        }
        if over {
            flight.soft = craft.position[2] < 0.5 && craft.hardest < 1.5;
            break;
        }
    }
    flight
}

#[cfg(test)]
mod tests {
    use super::*;
    use flight_controller::flight::Reason;

    #[test]
    fn a_flight_goes_up_and_comes_down_softly() {
        for seed in 0..4 {
            let flight = fly(
                &Options {
                    seed,
                    ..Options::default()
                },
                |_| {},
            );
            let landing = Mode::Landing(Reason::Commanded);
            let modes = [
                Mode::Disarmed,
                Mode::Armed,
                Mode::Flying,
                landing,
                Mode::Disarmed,
            ];
            assert_eq!(flight.modes, modes);
            let height = f64::from(ALTITUDE);
            assert!((flight.highest - height).abs() < 1.0, "{}", flight.highest);
            assert!(flight.soft);
        }
    }

    #[test]
    fn it_lands_by_itself_when_the_link_is_lost() {
        let flight = fly(
            &Options {
                link_loss: 4.0,
                ..Options::default()
            },
            |_| {},
        );
        assert!(flight.modes.contains(&Mode::Landing(Reason::LinkLost)) && flight.soft);
    }

    #[test]
    fn strong_wind_does_not_turn_it_over() {
        let flight = fly(
            &Options {
                wind: 10.0,
                ..Options::default()
            },
            |_| {},
        );
        assert!(flight.soft, "{:?}", flight.modes);
    }

    #[test]
    fn the_log_repeats_with_the_seed() {
        let record = |seed| {
            let mut lines = Vec::new();
            fly(
                &Options {
                    seed,
                    ..Options::default()
                },
                |line| lines.push(line),
            );
            lines
        };
        assert!(record(1).len() > 20);
        assert_eq!(record(1), record(1));
        assert_ne!(record(1), record(2));
    }
}
