use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use stack_vm::{assemble, Machine};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [OPTION]... [FILE]\n",
    "Assembles and runs the program in FILE or on standard input.\n",
    "  --list        prints the assembled program instead\n", // @feature listing
    "  --input LIST  numbers for 'read', divided by commas\n", // @feature input
    "Instructions, one a line; comments begin with ;\n",
    "  push N, pop, dup, swap, over          the stack\n",
    "  add, sub, mul, div, mod, neg          arithmetic\n",
    "  eq, lt, gt, not                       comparisons: 1 or 0\n",
    "  load N, store N                       memory\n",
    "  LABEL:, jmp LABEL, jz LABEL, halt     control\n",
    "  call LABEL, ret                       subroutines\n", // @feature calls
    "  read                                  input\n",       // @feature input
    "  print                                 output of a number\n",
    "  printc                                output of a character\n", // @feature chars
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the program; false if the arguments are wrong.
fn run(args: &[String]) -> Result<bool, String> {
    let mut path = None;
    let mut machine = Machine::new();
    let mut list = false; // @feature listing
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            // @feature listing
            "--list" => list = true,
            // @end
            // @feature input
            "--input" => {
                let numbers = args
                    .next()
                    .map(|list| list.split(',').map(|n| n.trim().parse()));
                let numbers: Option<Vec<i64>> =
                    numbers.and_then(|list| list.collect::<Result<_, _>>().ok());
                match numbers {
                    Some(numbers) => machine = Machine::new().with_input(numbers),
                    None => return Ok(false),
                }
            }
            // @end
            name if path.is_none() && !name.starts_with("--") => path = Some(name),
            _ => return Ok(false),
        }
    }
    let program = assemble(&read(path.unwrap_or("-"))?).map_err(|error| error.to_string())?;
    // @feature listing
    if list {
        print!("{}", stack_vm::listing(&program));
        return Ok(true);
    }
    // @end
    let result = machine.run(&program);
    print!("{}", machine.output());
    result.map(|()| true).map_err(|fault| fault.to_string())
}

fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let result = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    result.map_err(|error| format!("{path}: {error}"))
}
