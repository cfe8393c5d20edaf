use std::env;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use bank_account::Bank;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [SCRIPT]\n",
    "Carries out the commands in the file SCRIPT or on standard input, one a line:\n",
    "  open NAME [AMOUNT]       opens an account\n",
    "  deposit NAME AMOUNT      pays in\n",
    "  withdraw NAME AMOUNT     pays out\n",
    "  transfer FROM TO AMOUNT  moves money\n",
    "  balance [NAME]           prints one balance, or all and their sum\n",
    "  history NAME             prints what happened to an account\n", // @feature history
    "  overdraft NAME AMOUNT    lets an account go below zero\n",      // @feature overdraft
    "  interest PERCENT         pays interest on all balances\n",      // @feature interest
    "  close NAME               removes an account that is at zero\n", // @feature close
    "Lines that begin with # are comments. Amounts look like 12.34.\n",
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let script = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        [] | ["-"] => read_input(),
        [path] if !path.starts_with('-') => {
            fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match script {
        Ok(script) => run(&script),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn read_input() -> Result<String, String> {
    let mut text = String::new();
    match io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(format!("standard input: {error}")),
    }
}

/// Carries out every line; one that fails is reported and does not stop the others.
fn run(script: &str) -> ExitCode {
    let mut bank = Bank::new();
    let mut code = ExitCode::SUCCESS;
    for (number, line) in script.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        match bank.execute(line) {
            Ok(text) => print!("{text}"),
            Err(error) => {
                eprintln!("line {}: {error}", number + 1);
                code = ExitCode::FAILURE;
            }
        }
    }
    code
}
