use std::env;
use std::fs;
use std::process::ExitCode;

use matrix_calculator::{Matrix, MatrixError};

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " COMMAND MATRIX [MATRIX]\n",
    "A MATRIX is written '1 2; 3 4', or @FILE names a file with a row on each line.\n",
    "  add A B       subtract A B      multiply A B      transpose A\n",
    "  determinant A\n",                        // @feature determinant
    "  inverse A\n",                            // @feature inverse
    "  solve A B     finds X with A * X = B\n", // @feature solve
);

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    if matches!(words[..], ["-h" | "--help", ..]) {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let answer = match words[..] {
        ["add", a, b] => two(a, b, Matrix::add),
        ["subtract", a, b] => two(a, b, Matrix::subtract),
        ["multiply", a, b] => two(a, b, Matrix::multiply),
        ["transpose", a] => read(a).map(|a| a.transpose().to_string()),
        // @feature determinant
        ["determinant", a] => read(a).and_then(|a| {
            let value = a.determinant().map_err(|e| e.to_string())?;
            Ok(format!("{}\n", matrix_calculator::format_value(value)))
        }),
        // @end
        // @feature inverse
        ["inverse", a] => read(a)
            .and_then(|a| a.inverse().map_err(|e| e.to_string()))
            .map(|inverse| inverse.to_string()),
        // @end
        // @feature solve
        ["solve", a, b] => two(a, b, Matrix::solve),
        // @end
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match answer {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn two(
    a: &str,
    b: &str,
    operation: fn(&Matrix, &Matrix) -> Result<Matrix, MatrixError>,
) -> Result<String, String> {
    let result = operation(&read(a)?, &read(b)?).map_err(|e| e.to_string())?;
    Ok(result.to_string())
}

fn read(text: &str) -> Result<Matrix, String> {
    match text.strip_prefix('@') {
        Some(path) => {
            let text = fs::read_to_string(path).map_err(|e| format!("{path}: {e}"))?;
            Matrix::parse(&text).map_err(|e| format!("{path}: {e}"))
        }
        None => Matrix::parse(text).map_err(|e| e.to_string()),
    }
}
