use std::env;
use std::io::{self, BufRead};
use std::process::ExitCode;

use vending_machine::{money, Machine};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " < COMMANDS\n",
    "A vending machine. Standard input holds one command per line:\n",
    "  list           shows codes, products, prices and stock\n",
    "  insert COIN    inserts a coin of 5, 10, 20, 50, 100 or 200 cents\n",
    "  select CODE    buys a product\n",
    "  refund         gives the inserted coins back\n",
    "  restock PIN CODE COUNT   fills a compartment up\n", // @feature service
    "  report         shows what was sold\n",              // @feature report
    "At the end of the input the machine gives back what was inserted.\n",
    "The exit status is 1 when a command was refused.\n",
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "-h" || arg == "--help") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    if !args.is_empty() {
        eprint!("{USAGE}");
        return ExitCode::from(2);
    }
    let mut machine = Machine::default();
    let mut code = ExitCode::SUCCESS;
    for line in io::stdin().lock().lines() {
        let answer = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => obey(&mut machine, &line),
            Err(error) => Err(error.to_string()),
        };
        match answer {
            Ok(text) => println!("{text}"),
            Err(message) => {
                eprintln!("{message}");
                code = ExitCode::FAILURE;
            }
        }
    }
    if machine.credit() > 0 {
        println!("refund: {}", coins(&machine.refund()));
    }
    code
}

fn obey(machine: &mut Machine, line: &str) -> Result<String, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let refused = |refusal: vending_machine::Refusal| refusal.to_string();
    match words[..] {
        ["list"] => {
            let rows = machine.products().map(|(code, product)| {
                let price = money(product.price);
                format!(
                    "{code:<4}{:<12}{price:>10}{:>4}",
                    product.name, product.stock
                )
            });
            Ok(rows.collect::<Vec<_>>().join("\n"))
        }
        ["insert", coin] => {
            let coin = coin.parse().map_err(|_| format!("'{coin}' is no coin"))?;
            Ok(format!(
                "credit: {}",
                money(machine.insert(coin).map_err(refused)?)
            ))
        }
        ["select", code] => {
            let sale = machine.select(code).map_err(refused)?;
            Ok(format!("{}, change: {}", sale.product, coins(&sale.change)))
        }
        ["refund"] => Ok(format!("refund: {}", coins(&machine.refund()))),
        // @feature service
        ["restock", pin, code, count] => {
            let count = count
                .parse()
                .map_err(|_| format!("'{count}' is no number"))?;
            let stock = machine.restock(pin, code, count).map_err(refused)?;
            Ok(format!("{code}: {stock} items"))
        }
        // @end
        // @feature report
        ["report"] => {
            let rows = machine.report();
            let total = rows.iter().map(|row| row.2).sum();
            let mut lines: Vec<String> = rows
                .iter()
                .map(|(name, count, cents)| format!("{count} x {name}: {}", money(*cents)))
                .collect();
            lines.push(format!("total: {}", money(total)));
            Ok(lines.join("\n"))
        }
        // @end
        _ => Err(format!("unknown command '{line}': see --help")),
    }
}

fn coins(coins: &[u32]) -> String {
    match coins {
        [] => "none".to_string(),
        _ => coins
            .iter()
            .map(u32::to_string)
            .collect::<Vec<_>>()
            .join(" "),
    }
}
