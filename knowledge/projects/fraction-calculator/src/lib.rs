//! Exact fractions of 64-bit numbers.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// Digits after the point of fractions shown as decimals.
pub const DIGITS: usize = 6; // @slot digits

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FractionError {
    ZeroDenominator,
    Overflow,
    NotAFraction(String),
    Syntax(String),
}

impl fmt::Display for FractionError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            FractionError::ZeroDenominator => write!(f, "division by zero"),
            FractionError::Overflow => write!(f, "the numbers become too large"),
            FractionError::NotAFraction(text) => write!(f, "'{text}' is not a fraction"),
            FractionError::Syntax(text) => write!(f, "{text}"),
        }
    }
}

impl std::error::Error for FractionError {}

type Result<T> = std::result::Result<T, FractionError>;

/// A fraction in lowest terms with a positive denominator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    numerator: i64,
    denominator: i64,
}

fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Fraction {
    pub fn new(numerator: i64, denominator: i64) -> Result<Self> {
        Self::reduced(numerator.into(), denominator.into())
    }

    /// Products of two 64-bit numbers fit into the arguments, and so do sums of two of them.
    fn reduced(numerator: i128, denominator: i128) -> Result<Self> {
        if denominator == 0 {
            return Err(FractionError::ZeroDenominator);
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs()) as i128;
        let divisor = if denominator < 0 { -divisor } else { divisor };
        let fit = |value: i128| i64::try_from(value / divisor).map_err(|_| FractionError::Overflow);
        Ok(Fraction {
            numerator: fit(numerator)?,
            denominator: fit(denominator)?,
        })
    }

    fn parts(self) -> (i128, i128) {
        (self.numerator.into(), self.denominator.into())
    }

    pub fn add(self, other: Self) -> Result<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Self::reduced(a * d + c * b, b * d)
    }

    pub fn subtract(self, other: Self) -> Result<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Self::reduced(a * d - c * b, b * d)
    }

    pub fn multiply(self, other: Self) -> Result<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Self::reduced(a * c, b * d)
    }

    pub fn divide(self, other: Self) -> Result<Self> {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        Self::reduced(a * d, b * c)
    }

    // @feature mixed
    /// The whole part apart from the rest: `1_1/2`.
    pub fn to_mixed(self) -> String {
        let (whole, rest) = (
            self.numerator / self.denominator,
            self.numerator % self.denominator,
        );
        match (whole, rest) {
            (_, 0) | (0, _) => self.to_string(),
            _ => format!("{whole}_{}/{}", rest.unsigned_abs(), self.denominator),
        }
    }
    // @end

    // @feature decimal
    pub fn to_decimal(self) -> String {
        let value = self.numerator as f64 / self.denominator as f64;
        format!("{value:.DIGITS$}")
    }

    /// Reads `12.5` exactly.
    fn parse_decimal(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.')?;
        if part.is_empty() || !part.bytes().all(|b| b.is_ascii_digit()) || whole.len() < 1 {
            return None;
        }
        let scale = 10i64.checked_pow(u32::try_from(part.len()).ok()?)?;
        Self::new(format!("{whole}{part}").parse().ok()?, scale).ok()
    }
    // @end
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((a, b), (c, d)) = (self.parts(), other.parts());
        (a * d).cmp(&(c * b))
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

impl FromStr for Fraction {
    type Err = FractionError;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || FractionError::NotAFraction(text.to_string());
        let number = |text: &str| text.parse::<i64>().map_err(|_| wrong());
        // @feature decimal
        if let Some(fraction) = Self::parse_decimal(text) {
            return Ok(fraction);
        }
        // @end
        // @feature mixed
        if let Some((whole, rest)) = text.split_once('_') {
            let part: Fraction = rest.parse().map_err(|_| wrong())?;
            if part.numerator < 0 || rest.contains('_') {
                return Err(wrong());
            }
            let whole_part = Self::new(number(whole)?, 1)?;
            return match whole.starts_with('-') {
                true => whole_part.subtract(part),
                false => whole_part.add(part),
            };
        }
        // @end
        match text.split_once('/') {
            Some((numerator, denominator)) => Self::new(number(numerator)?, number(denominator)?),
            None => Self::new(number(text)?, 1),
        }
    }
}

/// The value of `1/2 + 1/3 * 2`, given word by word; * and / go before + and -.
pub fn evaluate(words: &[&str]) -> Result<Fraction> {
    let syntax = |message: String| Err(FractionError::Syntax(message));
    if words.len() % 2 == 0 {
        return syntax("give fractions with an operator between each two".to_string());
    }
    let mut total = Fraction::new(0, 1)?;
    let mut term: Fraction = words[0].parse()?;
    let mut negative = false;
    for pair in words[1..].chunks(2) {
        let next: Fraction = pair[1].parse()?;
        match pair[0] {
            "*" | "x" => term = term.multiply(next)?,
            "/" | ":" => term = term.divide(next)?,
            "+" | "-" => {
                total = if negative {
                    total.subtract(term)?
                } else {
                    total.add(term)?
                };
                term = next;
                negative = pair[0] == "-";
            }
            other => return syntax(format!("'{other}' is not one of + - * /")),
        }
    }
    if negative {
        total.subtract(term)
    } else {
        total.add(term)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fraction(text: &str) -> Fraction {
        text.parse().unwrap()
    }

    fn value(text: &str) -> Result<String> {
        let words: Vec<&str> = text.split(' ').collect();
        evaluate(&words).map(|fraction| fraction.to_string())
    }

    #[test]
    fn fractions_are_reduced() {
        assert_eq!(fraction("6/8").to_string(), "3/4");
        assert_eq!(fraction("3/-6").to_string(), "-1/2");
        assert_eq!(fraction("0/5").to_string(), "0");
    }

    #[test]
    fn the_four_operations() {
        assert_eq!(value("1/2 + 1/3").unwrap(), "5/6");
        assert_eq!(value("1/2 - 1/3").unwrap(), "1/6");
        assert_eq!(value("2/3 * 3/4").unwrap(), "1/2");
        assert_eq!(value("2/3 / 4").unwrap(), "1/6");
    }

    #[test]
    fn products_go_before_sums() {
        assert_eq!(value("1 - 1/2 * 1/2 + 1/4").unwrap(), "1");
    }

    #[test]
    fn errors_are_named() {
        assert_eq!(value("1 / 0"), Err(FractionError::ZeroDenominator));
        assert_eq!(
            "1/0".parse::<Fraction>(),
            Err(FractionError::ZeroDenominator)
        );
        assert_eq!(
            value("9223372036854775807 * 2"),
            Err(FractionError::Overflow)
        );
        assert!(value("1 +").is_err() && value("1 ? 2").is_err() && value("one").is_err());
    }

    #[test]
    fn the_least_number_does_not_overflow_silently() {
        assert_eq!(Fraction::new(i64::MIN, -1), Err(FractionError::Overflow));
        assert_eq!(Fraction::new(i64::MIN, i64::MIN).unwrap().to_string(), "1");
    }

    #[test]
    fn order_is_by_value() {
        let mut list = [fraction("2/3"), fraction("-1"), fraction("3/5")];
        list.sort();
        assert_eq!(list.map(|f| f.to_string()), ["-1", "3/5", "2/3"]);
    }

    // @feature mixed
    #[test]
    fn mixed_numbers() {
        assert_eq!(fraction("-1_1/2").to_string(), "-3/2");
        assert_eq!(fraction("7/2").to_mixed(), "3_1/2");
        assert_eq!(fraction("-7/2").to_mixed(), "-3_1/2");
        assert!("1_".parse::<Fraction>().is_err() && "1_1_1".parse::<Fraction>().is_err());
    }
    // @end

    // @feature decimal
    #[test]
    fn decimals_are_exact() {
        assert_eq!(fraction("0.125").to_string(), "1/8");
        assert_eq!(fraction("-1.5").to_string(), "-3/2");
        assert!(fraction("1/4").to_decimal().starts_with("0.2"));
        assert!("1.".parse::<Fraction>().is_err());
    }
    // @end
}
