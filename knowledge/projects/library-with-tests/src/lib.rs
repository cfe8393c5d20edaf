//! Lengths of time as people write them: `1h30m`, `45s`.

use std::fmt;
use std::str::FromStr;

/// A length of time in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    seconds: u64,
}

/// Why a text is no span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParseSpanError {
    /// There was nothing to read.
    Empty,
    /// A number without a unit behind it, or a unit without a number.
    Incomplete,
    /// A unit other than `h`, `m` and `s`.
    UnknownUnit(char),
    /// More seconds than can be counted.
    TooLong,
}

impl fmt::Display for ParseSpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "nothing to read"),
            Self::Incomplete => write!(f, "a number needs a unit: h, m or s"),
            Self::UnknownUnit(unit) => write!(f, "unknown unit '{unit}'"),
            Self::TooLong => write!(f, "more seconds than can be counted"),
        }
    }
}

impl std::error::Error for ParseSpanError {}

impl Span {
    /// A span of so many seconds.
    pub const fn from_seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// How many seconds it has.
    pub const fn seconds(self) -> u64 {
        self.seconds
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;

    /// ```
    /// use library_with_tests::Span;
    /// let span: Span = "1h30m".parse()?;
    /// assert_eq!(span.seconds(), 5400);
    /// # Ok::<(), library_with_tests::ParseSpanError>(())
    /// ```
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.is_empty() {
            return Err(ParseSpanError::Empty);
        }
        let (mut seconds, mut number) = (0_u64, None::<u64>);
        for c in text.chars() {
            if let Some(digit) = c.to_digit(10) {
                let grown = number.unwrap_or(0).checked_mul(10).and_then(|n| n.checked_add(u64::from(digit)));
                number = Some(grown.ok_or(ParseSpanError::TooLong)?);
                continue;
            }
            let unit = match c {
                'h' => 3600,
                'm' => 60,
                's' => 1,
                other => return Err(ParseSpanError::UnknownUnit(other)),
            };
            let part = number.take().ok_or(ParseSpanError::Incomplete)?.checked_mul(unit);
            seconds = part.and_then(|p| seconds.checked_add(p)).ok_or(ParseSpanError::TooLong)?;
        }
        match number {
            Some(_) => Err(ParseSpanError::Incomplete),
            None => Ok(Self { seconds }),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = (self.seconds / 3600, self.seconds / 60 % 60, self.seconds % 60);
        if h > 0 {
            write!(f, "{h}h")?;
        }
        if m > 0 {
            write!(f, "{m}m")?;
        }
        if s > 0 || self.seconds == 0 {
            write!(f, "{s}s")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for seconds in [0, 1, 59, 60, 3600, 3661, 86_400] {
            let span = Span::from_seconds(seconds);
            assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!("".parse::<Span>(), Err(ParseSpanError::Empty));
        assert_eq!("5".parse::<Span>(), Err(ParseSpanError::Incomplete));
        assert_eq!("5d".parse::<Span>(), Err(ParseSpanError::UnknownUnit('d')));
        assert_eq!("99999999999999999999h".parse::<Span>(), Err(ParseSpanError::TooLong));
    }
}
