//! Arithmetic expressions, evaluated while they are read by recursive descent.

use std::collections::BTreeMap;
use std::fmt;

/// How deep parentheses and signs may nest, so that no input can exhaust the stack.
pub const MAX_DEPTH: usize = 64; // @slot depth

/// Digits after the point that `format_number` prints at most.
pub const DECIMALS: usize = 10; // @slot decimals

/// What can be wrong with an expression. Positions count characters from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum CalcError {
    Unexpected { found: char, at: usize },
    EndOfInput,
    BadNumber { text: String, at: usize },
    UnknownName(String),
    DivisionByZero,
    NotFinite,
    TooDeep,
}

impl fmt::Display for CalcError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            CalcError::Unexpected { found, at } => {
                write!(f, "unexpected '{found}' at position {at}")
            }
            CalcError::EndOfInput => write!(f, "the expression ends too early"),
            CalcError::BadNumber { text, at } => {
                write!(f, "'{text}' at position {at} is not a number")
            }
            CalcError::UnknownName(name) => write!(f, "nothing is called '{name}'"),
            CalcError::DivisionByZero => write!(f, "division by zero"),
            CalcError::NotFinite => write!(f, "the result is not a finite number"),
            CalcError::TooDeep => write!(f, "nested deeper than {MAX_DEPTH} levels"),
        }
    }
}

impl std::error::Error for CalcError {}

type Result<T> = std::result::Result<T, CalcError>;

/// Evaluates expressions and remembers what later ones may refer to.
pub struct Calculator {
    names: BTreeMap<String, f64>,
    history: Vec<(String, f64)>, // @feature history
}

impl Default for Calculator {
    fn default() -> Self {
        Self::new()
    }
}

impl Calculator {
    /// A calculator that knows the constants `pi` and `e`.
    pub fn new() -> Self {
        let constants = [("pi", std::f64::consts::PI), ("e", std::f64::consts::E)];
        Calculator {
            names: constants
                .map(|(name, value)| (name.to_string(), value))
                .into(),
            history: Vec::new(), // @feature history
        }
    }

    /// The value of one line.
    pub fn evaluate(&mut self, line: &str) -> Result<f64> {
        let value = self.value_of(line)?;
        self.history.push((line.trim().to_string(), value)); // @feature history
        Ok(value)
    }

    fn value_of(&mut self, line: &str) -> Result<f64> {
        // @feature variables
        if let Some((name, expression)) = line.split_once('=') {
            let name = name.trim();
            if !is_name(name) {
                return Err(CalcError::UnknownName(name.to_string()));
            }
            let value = Parser::new(expression, &self.names).parse()?;
            self.names.insert(name.to_string(), value);
            return Ok(value);
        }
        // @end
        Parser::new(line, &self.names).parse()
    }

    // @feature history
    /// The expressions evaluated so far with their values, oldest first.
    pub fn history(&self) -> &[(String, f64)] {
        &self.history
    }
    // @end
}

// @feature variables
fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(char::is_alphabetic) && chars.all(|c| c.is_alphanumeric() || c == '_')
}
// @end

/// A number without needless zeros; very large and very small ones with an exponent.
pub fn format_number(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(0.1f64.powi(DECIMALS as i32)..1e15).contains(&size) {
        return format!("{value:e}");
    }
    let text = format!("{value:.DECIMALS$}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0" } else { text }.to_string()
}

struct Parser<'a> {
    chars: Vec<char>,
    position: usize,
    depth: usize,
    names: &'a BTreeMap<String, f64>,
}

impl<'a> Parser<'a> {
    fn new(text: &str, names: &'a BTreeMap<String, f64>) -> Self {
        Parser {
            chars: text.chars().collect(),
            position: 0,
            depth: 0,
            names,
        }
    }

    fn parse(mut self) -> Result<f64> {
        let value = self.sum()?;
        match self.peek() {
            Some(_) => Err(self.unexpected()),
            None if value.is_finite() => Ok(value),
            None => Err(CalcError::NotFinite),
        }
    }

    fn sum(&mut self) -> Result<f64> {
        let mut value = self.product()?;
        loop {
            if self.eat('+') {
                value += self.product()?;
            } else if self.eat('-') {
                value -= self.product()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn product(&mut self) -> Result<f64> {
        let mut value = self.signed()?;
        loop {
            if self.eat('*') {
                value *= self.signed()?;
            } else if self.eat('/') {
                value /= self.divisor()?;
            } else if self.eat('%') {
                value %= self.divisor()?;
            } else {
                return Ok(value);
            }
        }
    }

    fn divisor(&mut self) -> Result<f64> {
        let value = self.signed()?;
        if value == 0.0 {
            Err(CalcError::DivisionByZero)
        } else {
            Ok(value)
        }
    }

    fn signed(&mut self) -> Result<f64> {
        if self.eat('-') {
            return Ok(-self.nested(Self::signed)?);
        }
        if self.eat('+') {
            return self.nested(Self::signed);
        }
        // @feature power
        let base = self.atom()?;
        if self.eat('^') {
            return Ok(base.powf(self.nested(Self::signed)?));
        }
        Ok(base)
        // @end
        // @without power
        //| self.atom()
        // @end
    }

    fn atom(&mut self) -> Result<f64> {
        match self.peek() {
            None => Err(CalcError::EndOfInput),
            Some(c) if c.is_ascii_digit() || c == '.' => self.number(),
            Some(c) if c.is_alphabetic() => self.name(),
            Some('(') => self.group(),
            Some(_) => Err(self.unexpected()),
        }
    }

    fn group(&mut self) -> Result<f64> {
        if !self.eat('(') {
            return Err(self.unexpected());
        }
        let value = self.nested(Self::sum)?;
        if self.eat(')') {
            Ok(value)
        } else {
            Err(self.unexpected())
        }
    }

    fn number(&mut self) -> Result<f64> {
        let at = self.position + 1;
        let text = self.take_while(|c| c.is_ascii_digit() || c == '.');
        text.parse().map_err(|_| CalcError::BadNumber { text, at })
    }

    fn name(&mut self) -> Result<f64> {
        let name = self.take_while(|c| c.is_alphanumeric() || c == '_');
        // @feature functions
        if let Some(function) = function(&name) {
            return self.group().map(function);
        }
        // @end
        self.names
            .get(&name)
            .copied()
            .ok_or(CalcError::UnknownName(name))
    }

    fn nested(&mut self, rule: fn(&mut Self) -> Result<f64>) -> Result<f64> {
        if self.depth == MAX_DEPTH {
            return Err(CalcError::TooDeep);
        }
        self.depth += 1;
        let value = rule(self);
        self.depth -= 1;
        value
    }

    fn peek(&mut self) -> Option<char> {
        while self
            .chars
            .get(self.position)
            .is_some_and(|c| c.is_whitespace())
        {
            self.position += 1;
        }
        self.chars.get(self.position).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.position += usize::from(found);
        found
    }

    fn take_while(&mut self, belongs: fn(char) -> bool) -> String {
        let text: String = self.chars[self.position..]
            .iter()
            .copied()
            .take_while(|&c| belongs(c))
            .collect();
        self.position += text.chars().count();
        text
    }

    fn unexpected(&mut self) -> CalcError {
        match self.peek() {
            Some(found) => CalcError::Unexpected {
                found,
                at: self.position + 1,
            },
            None => CalcError::EndOfInput,
        }
    }
}

// @feature functions
fn function(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "sqrt" => f64::sqrt,
        "abs" => f64::abs,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "ln" => f64::ln,
        "log" => f64::log10,
        "exp" => f64::exp,
        _ => return None,
    })
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64> {
        Calculator::new().evaluate(text)
    }

    #[test]
    fn products_bind_tighter_than_sums() {
        assert_eq!(value("1 + 2 * 3 - 4 / 2"), Ok(5.0));
        assert_eq!(value("(1 + 2) * 3"), Ok(9.0));
        assert_eq!(value("7 % 4 * 2"), Ok(6.0));
    }

    #[test]
    fn same_precedence_goes_from_the_left() {
        assert_eq!(value("10 - 3 - 2"), Ok(5.0));
        assert_eq!(value("24 / 4 / 2"), Ok(3.0));
    }

    #[test]
    fn signs_may_repeat() {
        assert_eq!(value("--3 + -(2 - +1)"), Ok(2.0));
    }

    #[test]
    fn mistakes_are_named_with_their_position() {
        assert_eq!(
            value("2 $ 3"),
            Err(CalcError::Unexpected { found: '$', at: 3 })
        );
        assert_eq!(value("(1 + 2"), Err(CalcError::EndOfInput));
        assert_eq!(value(""), Err(CalcError::EndOfInput));
        assert_eq!(
            value("1.2.3"),
            Err(CalcError::BadNumber {
                text: "1.2.3".into(),
                at: 1
            })
        );
        assert_eq!(
            value("nothing"),
            Err(CalcError::UnknownName("nothing".into()))
        );
    }

    #[test]
    fn division_by_zero_is_an_error() {
        assert_eq!(value("1 / (2 - 2)"), Err(CalcError::DivisionByZero));
        assert_eq!(value("1 % 0"), Err(CalcError::DivisionByZero));
    }

    #[test]
    fn nesting_is_limited() {
        let nested = |n: usize| format!("{}1{}", "(".repeat(n), ")".repeat(n));
        assert_eq!(value(&nested(MAX_DEPTH)), Ok(1.0));
        assert_eq!(value(&nested(MAX_DEPTH + 1)), Err(CalcError::TooDeep));
    }

    #[test]
    fn numbers_are_printed_without_needless_zeros() {
        assert_eq!(format_number(2.50), "2.5");
        assert_eq!(format_number(-0.0), "0");
        assert_eq!(format_number(1e20), "1e20");
    }

    // @feature power
    #[test]
    fn powers_go_from_the_right_and_before_signs() {
        assert_eq!(value("2 ^ 3 ^ 2"), Ok(512.0));
        assert_eq!(value("-2 ^ 2"), Ok(-4.0));
    }
    // @end

    // @feature functions
    #[test]
    fn functions_take_an_argument_in_parentheses() {
        assert_eq!(value("sqrt(9) + abs(-2)"), Ok(5.0));
        assert_eq!(value("sqrt(0 - 1)"), Err(CalcError::NotFinite));
    }
    // @end

    // @feature variables
    #[test]
    fn variables_keep_their_value() {
        let mut calculator = Calculator::new();
        assert_eq!(calculator.evaluate("width = 2 + 3"), Ok(5.0));
        assert_eq!(calculator.evaluate("width * 2"), Ok(10.0));
        assert_eq!(
            calculator.evaluate("3 = 4"),
            Err(CalcError::UnknownName("3".into()))
        );
    }
    // @end

    // @feature history
    #[test]
    fn history_holds_what_succeeded() {
        let mut calculator = Calculator::new();
        assert!(calculator.evaluate("1 + 1").is_ok());
        assert!(calculator.evaluate("1 +").is_err());
        assert_eq!(calculator.history(), [("1 + 1".to_string(), 2.0)]);
    }
    // @end
}
