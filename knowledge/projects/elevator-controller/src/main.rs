use std::env;
use std::io::{self, Read};
use std::process::ExitCode;

use elevator_controller::{Direction, Elevator, Event, State};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--seconds N] < EVENTS\n",
    "Simulates an elevator and prints what it does.\n",
    "Standard input holds lines with the second and what happens then, in order of time:\n",
    "  0 call 3 down   somebody on floor 3 wants to go down\n",
    "  5 go 7          somebody in the cabin wants to floor 7\n",
    "  6 load on       the cabin is too heavy (off: no longer)\n", // @feature overload
    "  9 fire on       everybody has to leave at floor 0 (off: it is over)\n", // @feature fire
    "  --seconds N     when to stop at the latest, 3600 unless given\n",
    "  --stats         prints how long people waited\n", // @feature statistics
);

struct Options {
    seconds: u32,
    statistics: bool, // @feature statistics
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
    let mut text = String::new();
    let read = io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| error.to_string());
    let outcome = read
        .and_then(|_| parse_events(&text))
        .and_then(|events| simulate(&events, &options));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(args: &[String]) -> Result<Options, String> {
    let mut options = Options {
        seconds: 3600,
        statistics: false, // @feature statistics
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                let text = args.next().ok_or("--seconds needs a number")?;
                options.seconds = match text.parse() {
                    Ok(seconds @ 1..=1_000_000) => seconds,
                    _ => return Err(format!("'{text}' is not a number from 1 to 1000000")),
                };
            }
            "--stats" => options.statistics = true, // @feature statistics
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
}

fn parse_event(words: &[&str]) -> Option<Event> {
    match words {
        ["call", floor, way @ ("up" | "down")] => Some(Event::Call {
            floor: floor.parse().ok()?,
            direction: if *way == "up" {
                Direction::Up
            } else {
                Direction::Down
            },
        }),
        ["go", floor] => Some(Event::Go {
            floor: floor.parse().ok()?,
        }),
        ["load", switch @ ("on" | "off")] => Some(Event::Load(*switch == "on")), // @feature overload
        ["fire", switch @ ("on" | "off")] => Some(Event::Fire(*switch == "on")), // @feature fire
        _ => None,
    }
}

/// Reads the lines `SECOND EVENT`.
fn parse_events(text: &str) -> Result<Vec<(u32, Event)>, String> {
    let mut events: Vec<(u32, Event)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some((time, words)) = words.split_first() else {
            continue;
        };
        let wrong = |what: &str| format!("line {}: {what}", number + 1);
        let time: u32 = time
            .parse()
            .map_err(|_| wrong("it must begin with the second"))?;
        let event = parse_event(words).ok_or_else(|| wrong("unknown event"))?;
        if events.last().is_some_and(|(last, _)| time < *last) {
            return Err(wrong("earlier than the line before"));
        }
        events.push((time, event));
    }
    Ok(events)
}

/// Runs until nothing is left to do.
fn simulate(events: &[(u32, Event)], options: &Options) -> Result<(), String> {
    let mut elevator = Elevator::default();
    let mut events = events.iter().peekable();
    for time in 0..options.seconds {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= time) {
            elevator
                .on(*event)
                .map_err(|error| format!("second {time}: {error}"))?;
        }
        match elevator.tick() {
            Some(notice) => println!("{time} {notice}"),
            None if elevator.state() == State::Idle && events.peek().is_none() => break,
            None => {}
        }
    }
    // @feature statistics
    if options.statistics {
        let waiting = elevator.waiting();
        let mean = f64::from(waiting.total) / f64::from(waiting.served.max(1));
        println!(
            "{} served, waited {mean:.1} s on average, {} s at most",
            waiting.served, waiting.longest
        );
    }
    // @end
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read() {
        let events = parse_events("0 call 3 down\n\n5 go 7").unwrap();
        let call = Event::Call {
            floor: 3,
            direction: Direction::Down,
        };
        assert_eq!(events, [(0, call), (5, Event::Go { floor: 7 })]);
        assert_eq!(parse_events("0 jump").unwrap_err(), "line 1: unknown event");
        assert!(parse_events("5 go 1\n4 go 2").is_err());
    }
}
