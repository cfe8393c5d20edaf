use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Read};
use std::process::ExitCode;

use inventory_manager::{parse_price, parse_quantity, table, Inventory, Item};

/// Where the stock is kept unless `--file` says otherwise.
const DEFAULT_FILE: &str = "inventory.csv"; // @slot file

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file PATH] COMMAND\n",
    "  list                         shows all items\n",
    "  add SKU NAME QUANTITY PRICE  adds a kind of goods\n",
    "  receive SKU COUNT            books goods that came in\n",
    "  ship SKU COUNT               books goods that went out\n",
    "  remove SKU                   takes an item off the list\n", // @feature remove
    "  low [LEVEL]                  shows what has to be ordered\n", // @feature low
    "  find TEXT                    shows items by code or name\n", // @feature search
    "  value                        prints what the stock is worth\n", // @feature value
    "With --file - the table is read from standard input; a changed one is printed.\n",
);

/// What a command did.
enum Outcome {
    Shown(String),
    Changed(String),
    Usage,
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (path, words) = match words[..] {
        ["-h" | "--help"] => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        ["--file", path, ..] => (path, &words[2..]),
        _ => (DEFAULT_FILE, &words[..]),
    };
    match run(path, words) {
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

/// Loads, changes and stores the stock; false if the command was not understood.
fn run(path: &str, words: &[&str]) -> Result<bool, Box<dyn Error>> {
    let mut inventory = Inventory::parse(&read(path)?).map_err(|e| format!("{path}: {e}"))?;
    match execute(&mut inventory, words)? {
        Outcome::Usage => return Ok(false),
        Outcome::Shown(text) => print!("{text}"),
        Outcome::Changed(_) if path == "-" => print!("{}", inventory.to_csv()),
        Outcome::Changed(text) => {
            // A file that is replaced as a whole is never half written.
            let new = format!("{path}.new");
            fs::write(&new, inventory.to_csv()).map_err(|e| format!("{new}: {e}"))?;
            fs::rename(&new, path).map_err(|e| format!("{path}: {e}"))?;
            print!("{text}");
        }
    }
    Ok(true)
}

fn read(path: &str) -> Result<String, String> {
    let mut text = String::new();
    let result = match path {
        "-" => io::stdin().read_to_string(&mut text).map(|_| text),
        _ => fs::read_to_string(path),
    };
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        other => other.map_err(|error| format!("{path}: {error}")),
    }
}

fn execute(inventory: &mut Inventory, words: &[&str]) -> Result<Outcome, Box<dyn Error>> {
    Ok(match words {
        ["list"] => Outcome::Shown(table(inventory.items())),
        ["add", sku, name, quantity, price] => {
            inventory.add(Item {
                sku: sku.to_string(),
                name: name.replace(char::is_control, " "),
                quantity: parse_quantity(quantity)?,
                price: parse_price(price)?,
            })?;
            Outcome::Changed(format!("added {sku}\n"))
        }
        ["receive", sku, count] => {
            let now = inventory.receive(sku, parse_quantity(count)?)?;
            Outcome::Changed(format!("{sku}: {now}\n"))
        }
        ["ship", sku, count] => {
            let now = inventory.ship(sku, parse_quantity(count)?)?;
            Outcome::Changed(format!("{sku}: {now}\n"))
        }
        // @feature remove
        ["remove", sku] => {
            let item = inventory.remove(sku)?;
            Outcome::Changed(format!("removed {}\n", item.name))
        }
        // @end
        // @feature low
        ["low"] => Outcome::Shown(table(inventory.low(inventory_manager::LOW_LEVEL))),
        ["low", level] => Outcome::Shown(table(inventory.low(parse_quantity(level)?))),
        // @end
        // @feature search
        ["find", text] => Outcome::Shown(table(inventory.find(text))),
        // @end
        // @feature value
        ["value"] => {
            let value = inventory_manager::format_price(inventory.value());
            Outcome::Shown(format!("{value}\n"))
        }
        // @end
        _ => Outcome::Usage,
    })
}
