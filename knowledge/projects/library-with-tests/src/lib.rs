//! Lengths of time as people write them: `1h30m`, `45s`.

use std::fmt;
use std::str::FromStr;

/// The most hours that a span may have.
pub const LONGEST_HOURS: u64 = 1000000; // @slot longest

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
    /// A unit that is not known.
    UnknownUnit(char),
    /// More than `LONGEST_HOURS`.
    TooLong,
}

impl fmt::Display for ParseSpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => write!(f, "nothing to read"),
            Self::Incomplete => write!(f, "a number needs a unit, such as 30m"),
            Self::UnknownUnit(unit) => write!(f, "unknown unit '{unit}'"),
            Self::TooLong => write!(f, "more than {LONGEST_HOURS} hours"),
        }
    }
}

impl std::error::Error for ParseSpanError {}

impl Span {
    /// A span of so many seconds, unless it is too long.
    pub fn new(seconds: u64) -> Option<Self> {
        (seconds <= LONGEST_HOURS * 3600).then_some(Self { seconds })
    }

    /// How many seconds it has.
    pub const fn seconds(self) -> u64 {
        self.seconds
    }

    // @feature arithmetic
    /// Both spans together, unless that is too long.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::new(self.seconds + other.seconds)
    }

    /// What is left after another span, unless that is longer.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.seconds.checked_sub(other.seconds).and_then(Self::new)
    }
    // @end
}

// @feature standard
impl From<Span> for std::time::Duration {
    fn from(span: Span) -> Self {
        Self::from_secs(span.seconds)
    }
}

impl TryFrom<std::time::Duration> for Span {
    type Error = ParseSpanError;

    /// Fractions of a second are dropped.
    fn try_from(duration: std::time::Duration) -> Result<Self, Self::Error> {
        Self::new(duration.as_secs()).ok_or(ParseSpanError::TooLong)
    }
}
// @end

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
                let grown = number
                    .unwrap_or(0)
                    .checked_mul(10)
                    .and_then(|n| n.checked_add(u64::from(digit)));
                number = Some(grown.ok_or(ParseSpanError::TooLong)?);
                continue;
            }
            let unit = match c {
                'w' => 7 * 24 * 3600, // @feature days
                'd' => 24 * 3600,     // @feature days
                'h' => 3600,
                'm' => 60,
                's' => 1,
                other => return Err(ParseSpanError::UnknownUnit(other)),
            };
            let part = number
                .take()
                .ok_or(ParseSpanError::Incomplete)?
                .checked_mul(unit);
            seconds = part
                .and_then(|p| seconds.checked_add(p))
                .ok_or(ParseSpanError::TooLong)?;
        }
        match number {
            Some(_) => Err(ParseSpanError::Incomplete),
            None => Self::new(seconds).ok_or(ParseSpanError::TooLong),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (h, m, s) = (
            self.seconds / 3600,
            self.seconds / 60 % 60,
            self.seconds % 60,
        );
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
            let span = Span::new(seconds).unwrap();
            assert_eq!(span.to_string().parse(), Ok(span));
        }
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!("".parse::<Span>(), Err(ParseSpanError::Empty));
        assert_eq!("5".parse::<Span>(), Err(ParseSpanError::Incomplete));
        assert_eq!("5y".parse::<Span>(), Err(ParseSpanError::UnknownUnit('y')));
        assert_eq!(
            "99999999999999999999h".parse::<Span>(),
            Err(ParseSpanError::TooLong)
        );
    }

    #[test]
    fn spans_end_at_a_limit() {
        let longest = format!("{LONGEST_HOURS}h");
        assert!(longest.parse::<Span>().is_ok());
        assert_eq!(
            format!("{longest}1s").parse::<Span>(),
            Err(ParseSpanError::TooLong)
        );
        assert_eq!(Span::new(u64::MAX), None);
    }

    // @feature days
    #[test]
    fn days_and_weeks_are_read() {
        assert_eq!("1w1d".parse::<Span>().map(Span::seconds), Ok(8 * 24 * 3600));
    }
    // @end

    // @feature arithmetic
    #[test]
    fn spans_are_added_and_subtracted() {
        let (long, short) = (Span::new(90).unwrap(), Span::new(30).unwrap());
        assert_eq!(long.checked_add(short), Span::new(120));
        assert_eq!(long.checked_sub(short), Span::new(60));
        assert_eq!(short.checked_sub(long), None);
        let longest = Span::new(LONGEST_HOURS * 3600).unwrap();
        assert_eq!(longest.checked_add(short), None);
    }
    // @end

    // @feature standard
    #[test]
    fn converts_to_the_standard_duration_and_back() {
        let duration = std::time::Duration::from_millis(90_500);
        let span = Span::try_from(duration).unwrap();
        assert_eq!(span.to_string(), "1m30s");
        assert_eq!(std::time::Duration::from(span).as_secs(), 90);
        assert!(Span::try_from(std::time::Duration::MAX).is_err());
    }
    // @end
}
