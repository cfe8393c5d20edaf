//! Brainfuck: programs of eight characters that move over a tape of bytes.

use std::fmt;
use std::io::{self, Read, Write};

/// Cells of the tape.
pub const TAPE: usize = 30000; // @slot tape

/// What `,` stores at the end of the input: `zero`, `max` (255) or `same` (nothing is stored).
pub const AT_END: &str = "zero"; // @slot at_end

/// An instruction. Runs of the same character are one instruction with a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Add(u8),
    Move(isize),
    Output,
    Input,
    /// Skips behind the matching end if the cell is zero.
    Begin(usize),
    /// Goes back behind the matching begin if the cell is not zero.
    End(usize),
    // @feature optimize
    /// `[-]`: the cell becomes zero.
    Clear,
    // @end
}

/// Why a program cannot be translated or stopped.
#[derive(Debug)]
pub enum Error {
    Unopened { line: usize, column: usize },
    Unclosed { line: usize, column: usize },
    OffTape,
    TooLong(u64), // @feature limit
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Error::Unopened { line, column } => {
                write!(f, "line {line}, column {column}: this ] closes no loop")
            }
            Error::Unclosed { line, column } => {
                write!(f, "line {line}, column {column}: this [ is not closed")
            }
            Error::OffTape => write!(f, "the program left the tape of {TAPE} cells"),
            // @feature limit
            Error::TooLong(steps) => write!(f, "the program was stopped after {steps} steps"),
            // @end
            Error::Io(error) => write!(f, "input or output: {error}"),
        }
    }
}

impl std::error::Error for Error {}

/// A program with its loops resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    ops: Vec<Op>,
}

impl Program {
    /// Translates a source; all other characters are comments.
    pub fn parse(source: &str) -> Result<Self, Error> {
        let mut ops: Vec<Op> = Vec::new();
        let mut open: Vec<(usize, usize, usize)> = Vec::new();
        let (mut line, mut column) = (1, 0);
        for c in source.chars() {
            column += 1;
            match c {
                '+' => push_add(&mut ops, 1),
                '-' => push_add(&mut ops, u8::MAX),
                '>' => push_move(&mut ops, 1),
                '<' => push_move(&mut ops, -1),
                '.' => ops.push(Op::Output),
                ',' => ops.push(Op::Input),
                '[' => {
                    open.push((ops.len(), line, column));
                    ops.push(Op::Begin(0));
                }
                ']' => {
                    let (begin, ..) = open.pop().ok_or(Error::Unopened { line, column })?;
                    // @feature optimize
                    // Adding an odd number again and again reaches zero in the end.
                    if let [Op::Add(step)] = ops[begin + 1..] {
                        if step % 2 == 1 {
                            ops.truncate(begin);
                            ops.push(Op::Clear);
                            continue;
                        }
                    }
                    // @end
                    ops[begin] = Op::Begin(ops.len());
                    ops.push(Op::End(begin));
                }
                '\n' => (line, column) = (line + 1, 0),
                _ => {}
            }
        }
        match open.pop() {
            Some((_, line, column)) => Err(Error::Unclosed { line, column }),
            None => Ok(Program { ops }),
        }
    }

    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    // @feature to_rust
    /// The program as the source of a Rust program.
    pub fn to_rust(&self) -> String {
        let mut text = format!(
            "use std::io::{{self, Read, Write}};\n\nfn main() -> io::Result<()> {{\n    \
             let (mut tape, mut at) = (vec![0u8; {TAPE}], 0usize);\n    \
             let (mut input, mut output) = (io::stdin().bytes(), io::stdout());\n"
        );
        let mut depth = 1;
        for op in &self.ops {
            if matches!(op, Op::End(_)) {
                depth -= 1;
            }
            let line = match op {
                // @feature optimize
                Op::Clear => "tape[at] = 0;".to_string(),
                // @end
                Op::Add(count) => format!("tape[at] = tape[at].wrapping_add({count});"),
                Op::Move(count) if *count < 0 => format!("at -= {};", -count),
                Op::Move(count) => format!("at += {count};"),
                Op::Output => "output.write_all(&tape[at..=at])?;".to_string(),
                Op::Input => match AT_END {
                    "zero" => "tape[at] = input.next().transpose()?.unwrap_or(0);".to_string(),
                    "max" => "tape[at] = input.next().transpose()?.unwrap_or(255);".to_string(),
                    _ => "tape[at] = input.next().transpose()?.unwrap_or(tape[at]);".to_string(),
                },
                Op::Begin(_) => "while tape[at] != 0 {".to_string(),
                Op::End(_) => "}".to_string(),
            };
            text += &format!("{}{line}\n", "    ".repeat(depth));
            depth += usize::from(matches!(op, Op::Begin(_)));
        }
        text + "    output.flush()\n}\n"
    }
    // @end

    /// Runs the program.
    // @feature limit
    pub fn run(&self, input: impl Read, output: impl Write) -> Result<(), Error> {
        self.run_for(u64::MAX, input, output)
    }

    /// Runs the program for at most so many steps.
    pub fn run_for(
        &self,
        steps: u64,
        input: impl Read,
        mut output: impl Write,
    ) -> Result<(), Error> {
        let result = self.execute(steps, input, &mut output);
        output.flush().map_err(Error::Io)?;
        result
    }
    // @end
    // @without limit
    //| pub fn run(&self, input: impl Read, mut output: impl Write) -> Result<(), Error> {
    //|     let result = self.execute(input, &mut output);
    //|     output.flush().map_err(Error::Io)?;
    //|     result
    //| }
    // @end

    fn execute(
        &self,
        steps: u64, // @feature limit
        mut input: impl Read,
        output: &mut impl Write,
    ) -> Result<(), Error> {
        let mut tape = vec![0u8; TAPE];
        let (mut at, mut next) = (0usize, 0);
        let mut done = 0; // @feature limit
        while let Some(op) = self.ops.get(next) {
            next += 1;
            // @feature limit
            done += 1;
            if done > steps {
                return Err(Error::TooLong(steps));
            }
            // @end
            match *op {
                // @feature optimize
                Op::Clear => tape[at] = 0,
                // @end
                Op::Add(count) => tape[at] = tape[at].wrapping_add(count),
                Op::Move(count) => {
                    let to = at.checked_add_signed(count).filter(|to| *to < TAPE);
                    at = to.ok_or(Error::OffTape)?;
                }
                Op::Output => output.write_all(&[tape[at]]).map_err(Error::Io)?,
                Op::Input => {
                    // What was asked for should be seen before the answer is awaited.
                    output.flush().map_err(Error::Io)?;
                    let mut byte = [0];
                    match (input.read(&mut byte).map_err(Error::Io)?, AT_END) {
                        (1.., _) => tape[at] = byte[0],
                        (_, "zero") => tape[at] = 0,
                        (_, "max") => tape[at] = u8::MAX,
                        _ => {}
                    }
                }
                Op::Begin(end) if tape[at] == 0 => next = end + 1,
                Op::End(begin) if tape[at] != 0 => next = begin + 1,
                Op::Begin(_) | Op::End(_) => {}
            }
        }
        Ok(())
    }
}

fn push_add(ops: &mut Vec<Op>, count: u8) {
    match ops.last_mut() {
        Some(Op::Add(known)) => *known = known.wrapping_add(count),
        _ => ops.push(Op::Add(count)),
    }
}

fn push_move(ops: &mut Vec<Op>, count: isize) {
    match ops.last_mut() {
        Some(Op::Move(known)) => *known += count,
        _ => ops.push(Op::Move(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(source: &str, input: &str) -> Result<String, Error> {
        let mut output = Vec::new();
        Program::parse(source)?.run(input.as_bytes(), &mut output)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    #[test]
    fn loops_multiply() {
        assert_eq!(output("++++++++[>++++++++<-]>+.+.", "").unwrap(), "AB");
    }

    #[test]
    fn input_is_echoed_and_turned_round() {
        assert_eq!(output(",.,.", "xy").unwrap(), "xy");
        assert_eq!(output(">,>,>,<.<.>>.", "abc").unwrap(), "bac");
    }

    #[test]
    fn cells_wrap_around() {
        assert_eq!(output("-[+]+++++++[>+++++++<-]>.", "").unwrap(), "1");
        let byte = Program::parse("-.").unwrap();
        let mut out = Vec::new();
        byte.run(io::empty(), &mut out).unwrap();
        assert_eq!(out, [255]);
    }

    #[test]
    fn loops_that_do_not_match_are_named() {
        let message = |source| Program::parse(source).unwrap_err().to_string();
        assert_eq!(message("+\n+]"), "line 2, column 2: this ] closes no loop");
        assert_eq!(message("[[]"), "line 1, column 1: this [ is not closed");
    }

    #[test]
    fn the_tape_has_two_ends() {
        assert!(matches!(output("<", ""), Err(Error::OffTape)));
        assert!(matches!(output("+[>+]", ""), Err(Error::OffTape)));
        assert_eq!(output("[<]comment, here", "").unwrap(), "");
    }

    #[test]
    fn runs_become_one_instruction() {
        let program = Program::parse("+++ >> [.]").unwrap();
        assert_eq!(
            program.ops(),
            [
                Op::Add(3),
                Op::Move(2),
                Op::Begin(4),
                Op::Output,
                Op::End(2)
            ]
        );
    }

    // @feature optimize
    #[test]
    fn clearing_loops_are_one_instruction() {
        assert_eq!(
            Program::parse("+[-]").unwrap().ops(),
            [Op::Add(1), Op::Clear]
        );
        assert_eq!(output("++++[-]++++++[>++++++++<-]>.", "").unwrap(), "0");
        assert_eq!(Program::parse("[--]").unwrap().ops().len(), 3);
    }
    // @end

    // @feature limit
    #[test]
    fn endless_programs_are_stopped() {
        let program = Program::parse("+[>+<]").unwrap();
        let result = program.run_for(1000, io::empty(), io::sink());
        assert!(matches!(result, Err(Error::TooLong(1000))));
    }
    // @end

    // @feature to_rust
    #[test]
    fn loops_become_loops() {
        let text = Program::parse("+[>.<-]").unwrap().to_rust();
        assert!(text.contains("    while tape[at] != 0 {\n        at += 1;\n"));
        assert_eq!(text.matches('{').count(), text.matches('}').count());
    }
    // @end
}
