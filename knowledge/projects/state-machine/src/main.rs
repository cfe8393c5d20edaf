use std::env;
use std::io::{self, BufRead};
use std::process::ExitCode;

use state_machine::Event;
// @feature history
use state_machine::Journal;
// @end
// @without history
//| use state_machine::Order;
// @end

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " < EVENTS\n",
    "Follows an order through its states. Standard input holds one event per line:\n",
    "  add ITEM, remove ITEM, pay RECEIPT, ship TRACKING, deliver, cancel\n",
    "  return REASON, once it was delivered\n", // @feature returns
    "A refused event is reported and leaves the order as it was; the exit status is then 1.\n",
    "  --path   prints the way through the states at the end\n", // @feature history
    "  --dot    prints the transitions as a graph\n",            // @feature diagram
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        [] => follow(io::stdin().lock(), false),
        ["-h" | "--help"] => {
            print!("{USAGE}");
            ExitCode::SUCCESS
        }
        ["--path"] => follow(io::stdin().lock(), true), // @feature history
        // @feature diagram
        ["--dot"] => {
            print!("{}", state_machine::diagram());
            ExitCode::SUCCESS
        }
        // @end
        _ => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Applies every line and prints the state after it.
fn follow(input: impl BufRead, _path: bool) -> ExitCode {
    // @feature history
    let mut journal = Journal::default();
    // @end
    // @without history
    //| let mut order = Order::default();
    // @end
    let mut code = ExitCode::SUCCESS;
    for (number, line) in input.lines().enumerate() {
        let event = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => Event::parse(&line),
            Err(error) => Err(error.to_string()),
        };
        let outcome = event.and_then(|event| {
            // @feature history
            let state = journal.on(event).map_err(|refused| refused.to_string())?;
            Ok(state.name())
            // @end
            // @without history
            //| order = order.clone().on(event).map_err(|refused| refused.to_string())?;
            //| Ok(order.name())
            // @end
        });
        match outcome {
            Ok(state) => println!("{state}"),
            Err(message) => {
                eprintln!("line {}: {message}", number + 1);
                code = ExitCode::FAILURE;
            }
        }
    }
    // @feature history
    if _path {
        println!("{}", journal.path());
    }
    // @end
    code
}
