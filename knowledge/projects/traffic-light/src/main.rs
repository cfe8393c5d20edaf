use std::env;
use std::io::{self, Read};
use std::process::ExitCode;

use traffic_light::{Event, TrafficLight};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--seconds N] < EVENTS\n",
    "Simulates a traffic light and prints every change of its lamps.\n",
    "Standard input holds lines with the second and what happens then, in order of time:\n",
    "  5 button          a pedestrian wants to cross\n",
    "  60 night on       amber flashes from now on (off: no longer)\n", // @feature night
    "  90 emergency on   everybody stops (off: no longer)\n",           // @feature emergency
    "  --seconds N       how long to simulate, 120 unless given\n",
    "  --countdown       prints the remaining time of every second, too\n", // @feature countdown
);

struct Options {
    seconds: u32,
    countdown: bool, // @feature countdown
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
    let events = io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| error.to_string());
    match events.and_then(|_| parse_events(&text)) {
        Ok(events) => {
            simulate(&events, &options);
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
        seconds: 120,
        countdown: false, // @feature countdown
    };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--seconds" => {
                let text = args.next().ok_or("--seconds needs a number")?;
                options.seconds = match text.parse() {
                    Ok(seconds @ 1..=86_400) => seconds,
                    _ => return Err(format!("'{text}' is not a number from 1 to 86400")),
                };
            }
            "--countdown" => options.countdown = true, // @feature countdown
            other => return Err(format!("unknown argument '{other}'")),
        }
    }
    Ok(options)
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
        let event = Event::parse(words).ok_or_else(|| wrong("unknown event"))?;
        if events.last().is_some_and(|(last, _)| time < *last) {
            return Err(wrong("earlier than the line before"));
        }
        events.push((time, event));
    }
    Ok(events)
}

fn simulate(events: &[(u32, Event)], options: &Options) {
    let mut light = TrafficLight::default();
    println!("0 {}", light.phase().signals());
    let mut events = events.iter().peekable();
    for time in 0..options.seconds {
        while let Some((_, event)) = events.next_if(|(at, _)| *at <= time) {
            light.on(*event);
        }
        let changed = light.tick();
        if let Some(phase) = changed {
            println!("{} {}", time + 1, phase.signals());
        }
        // @feature countdown
        if let (true, Some(seconds)) = (options.countdown, light.remaining()) {
            println!("{} {seconds} s left", time + 1);
        }
        // @end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_in_order_of_time() {
        let events = parse_events("5 button\n\n7 button\n").unwrap();
        assert_eq!(events, [(5, Event::Button), (7, Event::Button)]);
        assert_eq!(
            parse_events("x button").unwrap_err(),
            "line 1: it must begin with the second"
        );
        assert_eq!(parse_events("5 horn").unwrap_err(), "line 1: unknown event");
        let message = parse_events("5 button\n4 button").unwrap_err();
        assert_eq!(message, "line 2: earlier than the line before");
    }
}
