//! A small language with variables, conditions, loops and functions.

mod interpreter;
mod lexer;
mod parser;

use std::fmt;
use std::io::Write;

pub use interpreter::Value;

/// The deepest that functions may call one another.
pub const MAX_DEPTH: usize = 500; // @slot max_depth

/// Nested parts of the program that one call may take on average.
const PARTS_PER_CALL: usize = 40;

/// Memory that one nested part takes at most while it runs, roughly.
const BYTES_PER_PART: usize = 4096;

/// What is wrong with a program, and in which line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramError {
    pub line: usize,
    pub reason: String,
}

impl ProgramError {
    fn new(line: usize, reason: impl Into<String>) -> Self {
        ProgramError {
            line,
            reason: reason.into(),
        }
    }
}

impl fmt::Display for ProgramError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

impl std::error::Error for ProgramError {}

/// Reads and runs a program. It runs on a stack of its own that is large enough for the deepest
/// calls that are allowed.
pub fn run(source: &str, output: &mut (impl Write + Send)) -> Result<(), ProgramError> {
    let work = || {
        let program = parser::parse(&lexer::tokens(source)?)?;
        interpreter::Interpreter::new(output).run(&program)
    };
    let stack = (MAX_DEPTH + 10) * PARTS_PER_CALL * BYTES_PER_PART;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new()
            .stack_size(stack)
            .spawn_scoped(scope, work);
        let thread = thread.map_err(|error| ProgramError::new(0, error.to_string()))?;
        thread
            .join()
            .unwrap_or_else(|_| Err(ProgramError::new(0, "the interpreter failed")))
    })
}

/// Checks the grammar of a program without running it.
pub fn check(source: &str) -> Result<(), ProgramError> {
    parser::parse(&lexer::tokens(source)?).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn output(source: &str) -> Result<String, ProgramError> {
        let mut output = Vec::new();
        run(source, &mut output)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    fn failure(source: &str) -> String {
        output(source).unwrap_err().to_string()
    }

    #[test]
    fn operators_have_precedence() {
        assert_eq!(
            output("print 1 + 2 * 3, (1 + 2) * 3, -2 - -3;").unwrap(),
            "7 9 1\n"
        );
        assert_eq!(
            output("print 10 - 3 - 2, 17 % 5, 7 / 2;").unwrap(),
            "5 2 3\n"
        );
        let text = "print 1 < 2 and not (2 == 3) or false, 1 != 1;";
        assert_eq!(output(text).unwrap(), "true false\n");
    }

    #[test]
    fn loops_and_conditions_run() {
        let source =
            "let n = 0; // counts\nwhile n < 5 {\n n = n + 1;\n if n % 2 == 0 { print n; }\n \
                      else if n == 5 { print 0 - n; } else { }\n}";
        assert_eq!(output(source).unwrap(), "2\n4\n-5\n");
    }

    #[test]
    fn functions_call_themselves_and_see_global_variables() {
        let source = "let step = 1; fn fib(n) { if n < 2 { return n; } \
                      return fib(n - step) + fib(n - 2); } print fib(15);";
        assert_eq!(output(source).unwrap(), "610\n");
        assert_eq!(
            output("fn f() { while true { return; } } print f();").unwrap(),
            "nothing\n"
        );
    }

    #[test]
    fn blocks_have_variables_of_their_own() {
        let source = "let a = 1; if true { let a = 2; print a; a = 3; } print a;";
        assert_eq!(output(source).unwrap(), "2\n1\n");
        assert_eq!(
            failure("if true { let b = 1; }\nprint b;"),
            "line 2: there is no variable 'b'"
        );
        let source = "fn f() { return x; } fn g() { let x = 1; return f(); } print g();";
        assert_eq!(failure(source), "line 1: there is no variable 'x'");
    }

    #[test]
    fn the_right_side_is_left_out_where_it_does_not_matter() {
        assert_eq!(
            output("print false and 1 / 0 == 1, true or 1 / 0 == 1;").unwrap(),
            "false true\n"
        );
    }

    #[test]
    fn programs_that_are_not_well_formed_are_refused() {
        for (source, expected) in [
            ("let = 1;", "line 1: expected a name, found '='"),
            ("print 1", "line 1: expected ';', found the end"),
            ("print (1;", "line 1: expected ')', found ';'"),
            (
                "\nwhile true { print 1;",
                "line 2: expected '}', found the end",
            ),
            ("print 1 ? 2;", "line 1: unknown character '?'"),
            (
                "print 99999999999999999999;",
                "line 1: the number is too large",
            ),
            ("return 1;", "line 1: 'return' outside of a function"),
            ("fn f(a, a) { }", "line 1: 'a' is there twice"),
        ] {
            assert_eq!(failure(source), expected);
        }
        assert!(check(&format!("print {}1;", "(".repeat(100_000))).is_err());
        assert!(check(&format!("print 1{};", " + 1".repeat(100_000))).is_err());
    }

    #[test]
    fn faults_name_their_line() {
        for (source, expected) in [
            ("let a = 1;\nprint a / (a - 1);", "line 2: division by zero"),
            (
                "print 9223372036854775807 + 1;",
                "line 1: the result is too large",
            ),
            (
                "print 1 + true;",
                "line 1: '+' does not work with 1 and true",
            ),
            (
                "if 1 { }",
                "line 1: a condition must be true or false, not 1",
            ),
            ("a = 1;", "line 1: there is no variable 'a'"),
            ("f(1);", "line 1: there is no function 'f'"),
            ("fn f(a) { }\nf();", "line 2: 'f' takes 1 values, not 0"),
        ] {
            assert_eq!(failure(source), expected);
        }
        let endless =
            "fn f(n) { if true { if true { return 1 + (2 * (3 - f(n + 1))); } } } print f(0);";
        assert_eq!(failure(endless), "line 1: calls are nested too deeply");
    }

    // @feature strings
    #[test]
    fn texts_are_joined_and_compared() {
        assert_eq!(
            output(r#"print "a" + 1 + true, "a" < "b", "x\n\"y";"#).unwrap(),
            "a1true true x\n\"y\n"
        );
        assert_eq!(failure("print \"a;"), "line 1: the text is not closed");
    }
    // @end

    // @feature ranges
    #[test]
    fn for_goes_through_a_range() {
        assert_eq!(
            output("for i in 1..4 { print i; } for i in 3..3 { print i; }").unwrap(),
            "1\n2\n3\n"
        );
        assert_eq!(
            output("for i in 0..3 { let k = i; i = 7; print k; }").unwrap(),
            "0\n1\n2\n"
        );
    }
    // @end

    // @feature builtins
    #[test]
    fn some_functions_are_there_already() {
        assert_eq!(
            output("print abs(-3), min(2, 1), max(2, 1);").unwrap(),
            "3 1 2\n"
        );
        assert_eq!(failure("print abs(true);"), "line 1: 'abs' takes 1 numbers");
        assert_eq!(
            output("fn abs(n) { return 0; } print abs(5);").unwrap(),
            "0\n"
        );
    }
    // @end
}
