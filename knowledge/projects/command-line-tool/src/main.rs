//! Counts lines, words and bytes of the files named on the command line, or of standard input when none is named.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::process::ExitCode;

#[derive(Debug, Default, PartialEq)]
struct Counts {
    lines: usize,
    words: usize,
    bytes: usize,
}

fn count(mut input: impl BufRead) -> io::Result<Counts> {
    let mut counts = Counts::default();
    let mut line = Vec::new();
    loop {
        line.clear();
        let n = input.read_until(b'\n', &mut line)?;
        if n == 0 {
            return Ok(counts);
        }
        counts.lines += 1;
        counts.bytes += n;
        counts.words += line.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).count();
    }
}

fn print(name: &str, counts: &Counts) {
    println!("{:8} {:8} {:8} {name}", counts.lines, counts.words, counts.bytes);
}

fn run(files: &[String]) -> Result<(), Box<dyn Error>> {
    if files.is_empty() {
        print("-", &count(io::stdin().lock())?);
    }
    for name in files {
        let file = File::open(name).map_err(|e| format!("{name}: {e}"))?;
        print(name, &count(BufReader::new(file))?);
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "-h" || a == "--help") {
        println!("usage: command-line-tool [FILE...]");
        return ExitCode::SUCCESS;
    }
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_lines_words_and_bytes() {
        let counts = count("one two\nthree\n".as_bytes()).unwrap();
        assert_eq!(counts, Counts { lines: 2, words: 3, bytes: 14 });
    }
}
