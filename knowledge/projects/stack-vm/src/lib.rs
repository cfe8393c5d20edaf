//! An assembler and a machine that computes with a stack of whole numbers.

use std::collections::HashMap;
use std::fmt;
use std::fmt::Write;

/// Numbers that fit on the stack.
pub const STACK_SIZE: usize = 1024; // @slot stack_size

/// Instructions that a program may carry out.
pub const MAX_STEPS: u64 = 10000000; // @slot max_steps

/// Places of the memory that `load` and `store` use.
pub const MEMORY: usize = 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Push(i64),
    Pop,
    Dup,
    Swap,
    Over,
    Add,
    Sub,
    Mul,
    Div,
    Mod,
    Neg,
    Eq,
    Lt,
    Gt,
    Not,
    Load(usize),
    Store(usize),
    Jump(usize),
    JumpIfZero(usize),
    Call(usize), // @feature calls
    Return,      // @feature calls
    Read,        // @feature input
    Print,
    PrintChar, // @feature chars
    Halt,
}

/// Instructions by name; those with an argument have a zero in its place.
const OPS: &[(&str, Op)] = &[
    ("push", Op::Push(0)),
    ("pop", Op::Pop),
    ("dup", Op::Dup),
    ("swap", Op::Swap),
    ("over", Op::Over),
    ("add", Op::Add),
    ("sub", Op::Sub),
    ("mul", Op::Mul),
    ("div", Op::Div),
    ("mod", Op::Mod),
    ("neg", Op::Neg),
    ("eq", Op::Eq),
    ("lt", Op::Lt),
    ("gt", Op::Gt),
    ("not", Op::Not),
    ("load", Op::Load(0)),
    ("store", Op::Store(0)),
    ("jmp", Op::Jump(0)),
    ("jz", Op::JumpIfZero(0)),
    // @feature calls
    ("call", Op::Call(0)),
    ("ret", Op::Return),
    // @end
    ("read", Op::Read), // @feature input
    ("print", Op::Print),
    ("printc", Op::PrintChar), // @feature chars
    ("halt", Op::Halt),
];

/// Why a program cannot be assembled, with the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssembleError {
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for AssembleError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for AssembleError {}

/// Why a program stopped, with the number of the instruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub at: usize,
    pub reason: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "instruction {}: {}", self.at, self.reason)
    }
}

impl std::error::Error for Fault {}

/// Splits a line into its label, if it has one, and its words.
fn split_line(line: &str) -> (Option<&str>, Vec<&str>) {
    let code = line.split(';').next().unwrap_or_default().trim();
    let (label, code) = match code.split_once(':') {
        Some((label, rest)) => (Some(label.trim()), rest),
        None => (None, code),
    };
    (label, code.split_whitespace().collect())
}

/// Translates a program: one instruction a line, `label:` before it, comments behind `;`.
pub fn assemble(source: &str) -> Result<Vec<Op>, AssembleError> {
    // Labels first, since jumps may lead forward.
    let mut labels = HashMap::new();
    let mut count = 0;
    for (index, line) in source.lines().enumerate() {
        let (label, words) = split_line(line);
        if let Some(label) = label {
            let fail = |reason: String| {
                Err(AssembleError {
                    line: index + 1,
                    reason,
                })
            };
            if label.is_empty() || label.contains(char::is_whitespace) {
                return fail(format!("'{label}' is not a label"));
            }
            if labels.insert(label, count).is_some() {
                return fail(format!("label '{label}' is there twice"));
            }
        }
        count += usize::from(!words.is_empty());
    }
    let mut program = Vec::with_capacity(count);
    for (index, line) in source.lines().enumerate() {
        let (_, words) = split_line(line);
        if !words.is_empty() {
            let op = assemble_op(&words, &labels);
            program.push(op.map_err(|reason| AssembleError {
                line: index + 1,
                reason,
            })?);
        }
    }
    Ok(program)
}

fn assemble_op(words: &[&str], labels: &HashMap<&str, usize>) -> Result<Op, String> {
    let (name, arguments) = (words[0], &words[1..]);
    let known = OPS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (_, op) = known.ok_or_else(|| format!("there is no instruction '{name}'"))?;
    let argument = || match arguments {
        [argument] => Ok(*argument),
        _ => Err(format!("'{name}' takes one argument")),
    };
    let target = || {
        let label = argument()?;
        let target = labels.get(label).copied();
        target.ok_or_else(|| format!("there is no label '{label}'"))
    };
    let place = || {
        let place = argument()?.parse().ok().filter(|place| *place < MEMORY);
        place.ok_or_else(|| format!("memory has the places 0 to {}", MEMORY - 1))
    };
    Ok(match op {
        Op::Push(_) => {
            let text = argument()?;
            Op::Push(
                text.parse()
                    .map_err(|_| format!("'{text}' is not a whole number"))?,
            )
        }
        Op::Load(_) => Op::Load(place()?),
        Op::Store(_) => Op::Store(place()?),
        Op::Jump(_) => Op::Jump(target()?),
        Op::JumpIfZero(_) => Op::JumpIfZero(target()?),
        // @feature calls
        Op::Call(_) => Op::Call(target()?),
        // @end
        plain if arguments.is_empty() => *plain,
        _ => return Err(format!("'{name}' takes no argument")),
    })
}

// @feature listing
/// The program with the numbers of its instructions.
pub fn listing(program: &[Op]) -> String {
    let mut text = String::new();
    for (at, op) in program.iter().enumerate() {
        let same = |known: &Op| std::mem::discriminant(known) == std::mem::discriminant(op);
        let name = OPS
            .iter()
            .find(|(_, known)| same(known))
            .map_or("?", |(name, _)| name);
        let shown = format!("{op:?}");
        let argument = shown
            .split_once('(')
            .map_or("", |(_, rest)| rest.trim_end_matches(')'));
        text += format!("{at:>4}  {name} {argument}").trim_end();
        text.push('\n');
    }
    text
}
// @end

/// The state of a program that runs.
#[derive(Debug, Clone)]
pub struct Machine {
    stack: Vec<i64>,
    memory: Vec<i64>,
    calls: Vec<usize>,                      // @feature calls
    input: std::collections::VecDeque<i64>, // @feature input
    output: String,
    at: usize,
}

impl Default for Machine {
    fn default() -> Self {
        Machine {
            stack: Vec::new(),
            memory: vec![0; MEMORY],
            calls: Vec::new(),         // @feature calls
            input: Default::default(), // @feature input
            output: String::new(),
            at: 0,
        }
    }
}

impl Machine {
    pub fn new() -> Self {
        Self::default()
    }

    // @feature input
    /// Gives the numbers that `read` takes.
    pub fn with_input(mut self, numbers: impl IntoIterator<Item = i64>) -> Self {
        self.input = numbers.into_iter().collect();
        self
    }
    // @end

    /// What the program printed up to now.
    pub fn output(&self) -> &str {
        &self.output
    }

    pub fn stack(&self) -> &[i64] {
        &self.stack
    }

    /// Runs until `halt`, the end of the program or a fault.
    pub fn run(&mut self, program: &[Op]) -> Result<(), Fault> {
        for _ in 0..MAX_STEPS {
            let at = self.at;
            match program.get(at) {
                None | Some(Op::Halt) => return Ok(()),
                Some(op) => self.step(*op).map_err(|reason| Fault { at, reason })?,
            }
        }
        Err(Fault {
            at: self.at,
            reason: "the program takes too many steps",
        })
    }

    fn step(&mut self, op: Op) -> Result<(), &'static str> {
        const TOO_LARGE: &str = "the result is too large";
        const BY_ZERO: &str = "division by zero";
        self.at += 1;
        match op {
            Op::Push(value) => self.push(value)?,
            Op::Pop => drop(self.pop()?),
            Op::Dup => {
                let top = self.pop()?;
                self.push(top)?;
                self.push(top)?;
            }
            Op::Swap => {
                let (below, top) = self.pop_two()?;
                self.push(top)?;
                self.push(below)?;
            }
            Op::Over => {
                let (below, top) = self.pop_two()?;
                self.push(below)?;
                self.push(top)?;
                self.push(below)?;
            }
            Op::Add => self.binary(|a, b| a.checked_add(b).ok_or(TOO_LARGE))?,
            Op::Sub => self.binary(|a, b| a.checked_sub(b).ok_or(TOO_LARGE))?,
            Op::Mul => self.binary(|a, b| a.checked_mul(b).ok_or(TOO_LARGE))?,
            Op::Div => self.binary(|a, b| match b {
                0 => Err(BY_ZERO),
                _ => a.checked_div(b).ok_or(TOO_LARGE),
            })?,
            Op::Mod => self.binary(|a, b| match b {
                0 => Err(BY_ZERO),
                _ => a.checked_rem(b).ok_or(TOO_LARGE),
            })?,
            Op::Neg => {
                let value = self.pop()?.checked_neg().ok_or(TOO_LARGE)?;
                self.push(value)?;
            }
            Op::Eq => self.binary(|a, b| Ok(i64::from(a == b)))?,
            Op::Lt => self.binary(|a, b| Ok(i64::from(a < b)))?,
            Op::Gt => self.binary(|a, b| Ok(i64::from(a > b)))?,
            Op::Not => {
                let value = self.pop()?;
                self.push(i64::from(value == 0))?;
            }
            Op::Load(place) => self.push(self.memory[place])?,
            Op::Store(place) => self.memory[place] = self.pop()?,
            Op::Jump(target) => self.at = target,
            Op::JumpIfZero(target) => {
                if self.pop()? == 0 {
                    self.at = target;
                }
            }
            // @feature calls
            Op::Call(_) if self.calls.len() >= STACK_SIZE => return Err("calls are too deep"),
            Op::Call(target) => {
                self.calls.push(self.at);
                self.at = target;
            }
            Op::Return => self.at = self.calls.pop().ok_or("there is no call to return from")?,
            // @end
            // @feature input
            Op::Read => {
                let value = self.input.pop_front().ok_or("there is no more input")?;
                self.push(value)?;
            }
            // @end
            // @feature chars
            Op::PrintChar => {
                let value = self.pop()?;
                let c = u32::try_from(value).ok().and_then(char::from_u32);
                self.output.push(c.ok_or("this number is not a character")?);
            }
            // @end
            Op::Print => {
                let value = self.pop()?;
                // Writing to a string does not fail.
                let _ = writeln!(self.output, "{value}");
            }
            Op::Halt => {}
        }
        Ok(())
    }

    fn binary(&mut self, f: fn(i64, i64) -> Result<i64, &'static str>) -> Result<(), &'static str> {
        let (below, top) = self.pop_two()?;
        self.push(f(below, top)?)
    }

    fn push(&mut self, value: i64) -> Result<(), &'static str> {
        if self.stack.len() >= STACK_SIZE {
            return Err("the stack is full");
        }
        self.stack.push(value);
        Ok(())
    }

    fn pop(&mut self) -> Result<i64, &'static str> {
        self.stack.pop().ok_or("the stack is empty")
    }

    fn pop_two(&mut self) -> Result<(i64, i64), &'static str> {
        let top = self.pop()?;
        Ok((self.pop()?, top))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(source: &str) -> Result<String, Fault> {
        let mut machine = Machine::new();
        machine.run(&assemble(source).unwrap())?;
        Ok(machine.output().to_string())
    }

    fn fault(source: &str) -> &'static str {
        run(source).unwrap_err().reason
    }

    #[test]
    fn arithmetic_takes_the_lower_number_first() {
        assert_eq!(run("push 7\npush 2\nsub\nprint").unwrap(), "5\n");
        assert_eq!(run("push 7\npush -2\ndiv\nprint").unwrap(), "-3\n");
        assert_eq!(run("push 1\npush 2\nlt\nprint").unwrap(), "1\n");
        assert_eq!(
            run("push 1\npush 2\nover\nprint\nswap\nprint").unwrap(),
            "1\n1\n"
        );
    }

    #[test]
    fn loops_count_down() {
        let source = "push 3\nstore 0\nagain: load 0 ; the counter\njz end\nload 0\nprint\n\
                      load 0\npush 1\nsub\nstore 0\njmp again\nend:\n";
        assert_eq!(run(source).unwrap(), "3\n2\n1\n");
    }

    #[test]
    fn faults_stop_the_program() {
        assert_eq!(fault("pop"), "the stack is empty");
        assert_eq!(fault("push 1\npush 0\nmod"), "division by zero");
        assert_eq!(
            fault("push 9223372036854775807\npush 1\nadd"),
            "the result is too large"
        );
        assert_eq!(fault("a: push 1\njmp a"), "the stack is full");
        assert_eq!(fault("a: jmp a"), "the program takes too many steps");
        assert_eq!(run("push 1\nadd").unwrap_err().at, 1);
    }

    #[test]
    fn wrong_programs_are_not_assembled() {
        for (source, expected) in [
            ("push 1\nfly", "line 2: there is no instruction 'fly'"),
            ("push", "line 1: 'push' takes one argument"),
            ("push x", "line 1: 'x' is not a whole number"),
            ("add 1", "line 1: 'add' takes no argument"),
            ("jmp a", "line 1: there is no label 'a'"),
            ("a:\na: halt", "line 2: label 'a' is there twice"),
            ("load 256", "line 1: memory has the places 0 to 255"),
        ] {
            assert_eq!(assemble(source).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn what_is_left_stays_on_the_stack() {
        let mut machine = Machine::new();
        machine
            .run(&assemble("push 1\npush 2\nhalt\npush 3").unwrap())
            .unwrap();
        assert_eq!(machine.stack(), [1, 2]);
    }

    // @feature calls
    #[test]
    fn calls_return() {
        let source = "push 5\ncall square\nprint\nhalt\nsquare: dup\nmul\nret";
        assert_eq!(run(source).unwrap(), "25\n");
        assert_eq!(fault("ret"), "there is no call to return from");
        assert_eq!(fault("a: call a"), "calls are too deep");
    }
    // @end

    // @feature input
    #[test]
    fn numbers_are_read() {
        let program = assemble("read\nread\nsub\nprint\nread").unwrap();
        let mut machine = Machine::new().with_input([9, 4]);
        assert_eq!(
            machine.run(&program).unwrap_err().reason,
            "there is no more input"
        );
        assert_eq!(machine.output(), "5\n");
    }
    // @end

    // @feature chars
    #[test]
    fn characters_are_printed() {
        assert_eq!(run("push 72\nprintc\npush 105\nprintc").unwrap(), "Hi");
        assert_eq!(fault("push -1\nprintc"), "this number is not a character");
    }
    // @end

    // @feature listing
    #[test]
    fn programs_are_listed() {
        let program = assemble("a: push -3\njmp a\nadd").unwrap();
        assert_eq!(listing(&program), "   0  push -3\n   1  jmp 0\n   2  add\n");
    }
    // @end
}
