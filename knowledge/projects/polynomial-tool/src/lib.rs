//! Polynomials in x with floating point coefficients.

use std::fmt;
use std::str::FromStr;

/// The highest degree that is accepted.
pub const MAX_DEGREE: usize = 100; // @slot degree

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolynomialError {
    Term(String),
    Degree,
    DivisionByZero, // @feature division
}

impl fmt::Display for PolynomialError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PolynomialError::Term(text) => write!(f, "'{text}' is not a term like 3x^2"),
            PolynomialError::Degree => write!(f, "degrees go up to {MAX_DEGREE}"),
            PolynomialError::DivisionByZero => write!(f, "division by zero"), // @feature division
        }
    }
}

impl std::error::Error for PolynomialError {}

type Result<T> = std::result::Result<T, PolynomialError>;

/// A polynomial. The highest coefficient is not zero, and zero has none.
#[derive(Debug, Clone, PartialEq)]
pub struct Polynomial {
    coefficients: Vec<f64>, // that of the lowest power first
}

impl Polynomial {
    pub fn new(mut coefficients: Vec<f64>) -> Self {
        while coefficients.last() == Some(&0.0) {
            coefficients.pop();
        }
        Polynomial { coefficients }
    }

    /// Zero has no degree.
    pub fn degree(&self) -> Option<usize> {
        self.coefficients.len().checked_sub(1)
    }

    fn coefficient(&self, power: usize) -> f64 {
        self.coefficients.get(power).copied().unwrap_or(0.0)
    }

    /// The value at `x` by Horner's scheme.
    pub fn evaluate(&self, x: f64) -> f64 {
        self.coefficients
            .iter()
            .rev()
            .fold(0.0, |value, coefficient| value * x + coefficient)
    }

    pub fn add(&self, other: &Self) -> Self {
        let length = self.coefficients.len().max(other.coefficients.len());
        Self::new(
            (0..length)
                .map(|n| self.coefficient(n) + other.coefficient(n))
                .collect(),
        )
    }

    pub fn scale(&self, factor: f64) -> Self {
        Self::new(
            self.coefficients
                .iter()
                .map(|coefficient| coefficient * factor)
                .collect(),
        )
    }

    pub fn subtract(&self, other: &Self) -> Self {
        self.add(&other.scale(-1.0))
    }

    pub fn multiply(&self, other: &Self) -> Result<Self> {
        let length = self.coefficients.len() + other.coefficients.len();
        if length > MAX_DEGREE + 2 {
            return Err(PolynomialError::Degree);
        }
        let mut product = vec![0.0; length];
        for (i, a) in self.coefficients.iter().enumerate() {
            for (j, b) in other.coefficients.iter().enumerate() {
                product[i + j] += a * b;
            }
        }
        Ok(Self::new(product))
    }

    // @feature division
    /// Quotient and remainder by long division.
    pub fn divide(&self, divisor: &Self) -> Result<(Self, Self)> {
        let (degree, lead) = match divisor.coefficients.split_last() {
            Some((lead, rest)) => (rest.len(), *lead),
            None => return Err(PolynomialError::DivisionByZero),
        };
        let mut rest = self.coefficients.clone();
        let mut quotient = vec![0.0; (rest.len() + 1).saturating_sub(degree + 1)];
        for at in (0..quotient.len()).rev() {
            let factor = rest[at + degree] / lead;
            quotient[at] = factor;
            for (offset, coefficient) in divisor.coefficients.iter().enumerate() {
                rest[at + offset] -= factor * coefficient;
            }
            rest.truncate(at + degree);
        }
        Ok((Self::new(quotient), Self::new(rest)))
    }
    // @end

    // @feature calculus
    pub fn derivative(&self) -> Self {
        let terms = self.coefficients.iter().enumerate().skip(1);
        Self::new(
            terms
                .map(|(power, coefficient)| power as f64 * coefficient)
                .collect(),
        )
    }

    /// The integral that is zero at zero.
    pub fn integral(&self) -> Self {
        let terms = self.coefficients.iter().enumerate();
        let terms = terms.map(|(power, coefficient)| coefficient / (power as f64 + 1.0));
        Self::new(std::iter::once(0.0).chain(terms).collect())
    }
    // @end

    // @feature roots
    /// The real roots in order. Between the extremes, which are the derivative's roots, there is
    /// at most one in each interval; it is found by halving.
    pub fn roots(&self) -> Vec<f64> {
        let Some(lead) = self.coefficients.last().filter(|_| self.degree() > Some(0)) else {
            return Vec::new();
        };
        let ratio = |coefficient: &f64| (coefficient / lead).abs();
        let bound = 1.0 + self.coefficients.iter().map(ratio).fold(0.0, f64::max);
        let mut marks = vec![-bound];
        marks.extend(self.derivative().roots());
        marks.push(bound);
        let mut roots: Vec<f64> = Vec::new();
        for pair in marks.windows(2) {
            let (mut low, mut high) = (pair[0], pair[1]);
            let rising = self.evaluate(high) > self.evaluate(low);
            for _ in 0..200 {
                let middle = (low + high) / 2.0;
                if (self.evaluate(middle) > 0.0) == rising {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            let root = (low + high) / 2.0;
            // Rounding errors grow with the size of the terms.
            let near = root.abs().max(1e-6 * bound);
            let scale = |(n, c): (usize, &f64)| (c * near.powi(n as i32)).abs();
            let size: f64 = self.coefficients.iter().enumerate().map(scale).sum();
            let new = roots
                .last()
                .is_none_or(|last| (root - last).abs() > 1e-6 * bound);
            if self.evaluate(root).abs() <= size * 1e-9 && new {
                roots.push(root);
            }
        }
        roots
    }
    // @end
}

impl FromStr for Polynomial {
    type Err = PolynomialError;

    fn from_str(text: &str) -> Result<Self> {
        let compact: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '*')
            .collect();
        let mut coefficients = Vec::new();
        let mut rest = compact.as_str();
        loop {
            let signed = rest.starts_with(['+', '-']);
            let end = rest[usize::from(signed)..].find(['+', '-']);
            let end = end.map_or(rest.len(), |at| at + usize::from(signed));
            let (power, coefficient) = term(&rest[..end])?;
            if coefficients.len() <= power {
                coefficients.resize(power + 1, 0.0);
            }
            coefficients[power] += coefficient;
            rest = &rest[end..];
            if rest.is_empty() {
                return Ok(Self::new(coefficients));
            }
        }
    }
}

/// The power and the coefficient of `-3x^2`.
fn term(text: &str) -> Result<(usize, f64)> {
    let wrong = || PolynomialError::Term(text.to_string());
    let number = |text: &str| match text {
        "" | "+" => Ok(1.0),
        "-" => Ok(-1.0),
        _ => text
            .parse()
            .ok()
            .filter(|n: &f64| n.is_finite())
            .ok_or_else(wrong),
    };
    let Some((factor, power)) = text.split_once('x') else {
        let has_digits = text.bytes().any(|b| b.is_ascii_digit());
        return if has_digits {
            Ok((0, number(text)?))
        } else {
            Err(wrong())
        };
    };
    let power = match power.strip_prefix('^') {
        None if power.is_empty() => 1,
        None => return Err(wrong()),
        Some(digits) => digits.parse().map_err(|_| wrong())?,
    };
    if power > MAX_DEGREE {
        return Err(PolynomialError::Degree);
    }
    Ok((power, number(factor)?))
}

impl fmt::Display for Polynomial {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut first = true;
        for (power, &coefficient) in self.coefficients.iter().enumerate().rev() {
            if coefficient == 0.0 {
                continue;
            }
            match (first, coefficient < 0.0) {
                (true, true) => write!(f, "-")?,
                (true, false) => {}
                (false, negative) => write!(f, "{}", if negative { " - " } else { " + " })?,
            }
            first = false;
            if power == 0 || coefficient.abs() != 1.0 {
                write!(f, "{}", coefficient.abs())?;
            }
            match power {
                0 => {}
                1 => write!(f, "x")?,
                _ => write!(f, "x^{power}")?,
            }
        }
        if first {
            write!(f, "0")
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(text: &str) -> Polynomial {
        text.parse().unwrap()
    }

    #[test]
    fn texts_survive() {
        for text in ["0", "5", "x", "-x^2 + 1", "3x^4 - 2.5x + 1"] {
            assert_eq!(p(text).to_string(), text);
        }
        assert_eq!(p("1 + x + x").to_string(), "2x + 1");
        assert_eq!(p("2*x^0 - 2").to_string(), "0");
    }

    #[test]
    fn wrong_texts_are_refused() {
        for text in ["", "+", "2y", "x^", "x2", "1 + + 2", "x^-1", "1.2.3"] {
            assert!(text.parse::<Polynomial>().is_err(), "{text}");
        }
        let text = format!("x^{}", MAX_DEGREE + 1);
        assert_eq!(text.parse::<Polynomial>(), Err(PolynomialError::Degree));
    }

    #[test]
    fn sums_cancel() {
        assert_eq!(p("x^2 + x").subtract(&p("x^2")), p("x"));
        assert_eq!(p("x").subtract(&p("x")).degree(), None);
    }

    #[test]
    fn products() {
        assert_eq!(p("x + 1").multiply(&p("x - 1")).unwrap(), p("x^2 - 1"));
        assert_eq!(p("x").multiply(&p("0")).unwrap(), p("0"));
        let high = p(&format!("x^{MAX_DEGREE}"));
        assert_eq!(high.multiply(&p("x")), Err(PolynomialError::Degree));
        assert!(high.multiply(&p("2")).is_ok());
    }

    #[test]
    fn values() {
        assert_eq!(p("2x^2 - 3x + 1").evaluate(2.0), 3.0);
        assert_eq!(p("0").evaluate(9.0), 0.0);
    }

    // @feature division
    #[test]
    fn quotient_times_divisor_plus_rest() {
        let (quotient, rest) = p("x^3 - 2x^2 - 4").divide(&p("x - 3")).unwrap();
        assert_eq!((quotient, rest), (p("x^2 + x + 3"), p("5")));
        assert_eq!(p("x").divide(&p("x^2")).unwrap(), (p("0"), p("x")));
        assert_eq!(p("x").divide(&p("0")), Err(PolynomialError::DivisionByZero));
    }
    // @end

    // @feature calculus
    #[test]
    fn differentiating_undoes_integrating() {
        assert_eq!(p("x^3 - 2x").derivative(), p("3x^2 - 2"));
        assert_eq!(p("3x^2 + 4x").integral().derivative(), p("3x^2 + 4x"));
        assert_eq!(p("7").derivative(), p("0"));
    }
    // @end

    // @feature roots
    #[test]
    fn real_roots_are_found() {
        let close = |text: &str, expected: &[f64]| {
            let roots = p(text).roots();
            let near = roots
                .iter()
                .zip(expected)
                .all(|(a, b)| (a - b).abs() < 1e-6);
            assert!(roots.len() == expected.len() && near, "{text}: {roots:?}");
        };
        close("x^2 - 2", &[-1.4142135623, 1.4142135623]);
        close("x^3 - 6x^2 + 11x - 6", &[1.0, 2.0, 3.0]);
        close("x^2 + 1", &[]);
        close("x^2", &[0.0]);
        close("2x - 3", &[1.5]);
        close("5", &[]);
    }
    // @end
}
