use std::env;
use std::process::ExitCode;

use polynomial_tool::Polynomial;

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND POLYNOMIAL...\n",
    "A polynomial is written like '3x^2 - x + 1'.\n",
    "  add P Q       subtract P Q       multiply P Q\n",
    "  evaluate P X  the value at X\n",
    "  divide P Q    quotient and remainder\n", // @feature division
    "  derive P      integrate P\n",            // @feature calculus
    "  roots P       the real roots\n",         // @feature roots
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if matches!(words[..], ["-h" | "--help", ..]) {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match answer(&words) {
        Some(Ok(text)) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Some(Err(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
        None => {
            eprint!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// What a command prints, or nothing if there is no such command.
fn answer(words: &[&str]) -> Option<Result<String, String>> {
    let read = |text: &str| text.parse::<Polynomial>().map_err(|e| e.to_string());
    let both = |p: &str, q: &str| Ok::<_, String>((read(p)?, read(q)?));
    Some(match *words {
        ["add", p, q] => both(p, q).map(|(p, q)| p.add(&q).to_string()),
        ["subtract", p, q] => both(p, q).map(|(p, q)| p.subtract(&q).to_string()),
        ["multiply", p, q] => both(p, q).and_then(|(p, q)| {
            p.multiply(&q)
                .map(|product| product.to_string())
                .map_err(|e| e.to_string())
        }),
        ["evaluate", p, x] => read(p).and_then(|p| {
            let x: f64 = x.parse().map_err(|_| format!("'{x}' is not a number"))?;
            Ok(p.evaluate(x).to_string())
        }),
        // @feature division
        ["divide", p, q] => both(p, q).and_then(|(p, q)| {
            let (quotient, rest) = p.divide(&q).map_err(|e| e.to_string())?;
            Ok(format!("{quotient}\nremainder {rest}"))
        }),
        // @end
        // @feature calculus
        ["derive", p] => read(p).map(|p| p.derivative().to_string()),
        ["integrate", p] => read(p).map(|p| format!("{} + C", p.integral())),
        // @end
        // @feature roots
        ["roots", p] => read(p).map(|p| match p.roots()[..] {
            [] => "no real roots".to_string(),
            ref roots => {
                let texts: Vec<String> = roots.iter().map(|root| format!("{root:.6}")).collect();
                texts.join("\n")
            }
        }),
        // @end
        _ => return None,
    })
}
