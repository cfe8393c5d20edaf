//! Whole numbers in the bases from 2 to 36.

use std::fmt;

/// The base that is converted to when the user names none.
pub const DEFAULT_TARGET: u32 = 10; // @slot target

/// Why a text is not a number of a base.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseError {
    Empty,
    Base(u32),
    Digit { digit: char, base: u32 },
    TooLarge,
    Bits { number: i128, bits: u32 }, // @feature twos_complement
}

impl fmt::Display for BaseError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            BaseError::Empty => write!(f, "there are no digits"),
            BaseError::Base(base) => write!(f, "{base} is no base from 2 to 36"),
            BaseError::Digit { digit, base } => {
                write!(f, "'{digit}' is not a digit of base {base}")
            }
            BaseError::TooLarge => write!(f, "the number does not fit into 128 bits"),
            // @feature twos_complement
            BaseError::Bits { number, bits } => write!(f, "{number} does not fit into {bits} bits"),
            // @end
        }
    }
}

impl std::error::Error for BaseError {}

fn check(base: u32) -> Result<u32, BaseError> {
    if (2..=36).contains(&base) {
        Ok(base)
    } else {
        Err(BaseError::Base(base))
    }
}

/// Reads a number. Without a base its prefix decides: 0b, 0o, 0x, otherwise ten.
pub fn parse(text: &str, base: Option<u32>) -> Result<i128, BaseError> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let prefix = digits.get(..2).and_then(|start| match start {
        "0b" | "0B" => Some(2),
        "0o" | "0O" => Some(8),
        "0x" | "0X" => Some(16),
        _ => None,
    });
    let (base, digits) = match (prefix, base) {
        (Some(prefix), None) => (prefix, &digits[2..]),
        (Some(prefix), Some(base)) if prefix == base => (base, &digits[2..]),
        (_, base) => (check(base.unwrap_or(10))?, digits),
    };
    let mut value: i128 = 0;
    let mut count = 0;
    for digit in digits.chars().filter(|&c| c != '_') {
        let worth = digit
            .to_digit(base)
            .ok_or(BaseError::Digit { digit, base })?;
        let worth = if negative {
            -i128::from(worth)
        } else {
            i128::from(worth)
        };
        value = value
            .checked_mul(i128::from(base))
            .and_then(|value| value.checked_add(worth))
            .ok_or(BaseError::TooLarge)?;
        count += 1;
    }
    if count == 0 {
        Err(BaseError::Empty)
    } else {
        Ok(value)
    }
}

/// Writes a number with lower-case digits.
pub fn format(number: i128, base: u32) -> Result<String, BaseError> {
    let digits = format_unsigned(number.unsigned_abs(), check(base)?);
    Ok(if number < 0 {
        format!("-{digits}")
    } else {
        digits
    })
}

fn format_unsigned(mut rest: u128, base: u32) -> String {
    let mut digits = Vec::new();
    loop {
        let digit = (rest % u128::from(base)) as u32;
        digits.extend(char::from_digit(digit, base));
        rest /= u128::from(base);
        if rest == 0 {
            return digits.iter().rev().collect();
        }
    }
}

// @feature all
/// The number in the four usual bases, one per line.
pub fn overview(number: i128) -> String {
    let bases = [
        ("binary", 2),
        ("octal", 8),
        ("decimal", 10),
        ("hexadecimal", 16),
    ];
    let line = |(name, base)| {
        let sign = if number < 0 { "-" } else { "" };
        format!(
            "{name:<12} {sign}{}\n",
            format_unsigned(number.unsigned_abs(), base)
        )
    };
    bases.map(line).concat()
}
// @end

// @feature grouping
/// Puts `_` between groups of `size` digits, counted from the right.
pub fn group(digits: &str, size: usize) -> String {
    let (sign, digits) = digits.split_at(usize::from(digits.starts_with('-')));
    let count = digits.chars().count();
    let mut grouped = sign.to_string();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (count - at) % size.max(1) == 0 {
            grouped.push('_');
        }
        grouped.push(digit);
    }
    grouped
}
// @end

// @feature twos_complement
/// The two's complement of a number in 1 to 64 bits.
pub fn twos_complement(number: i128, bits: u32) -> Result<String, BaseError> {
    let limit = 1i128 << bits.clamp(1, 64);
    if bits == 0 || bits > 64 || number < -limit / 2 || number >= limit {
        return Err(BaseError::Bits { number, bits });
    }
    let digits = format_unsigned(number.rem_euclid(limit).unsigned_abs(), 2);
    Ok(format!("{digits:0>width$}", width = bits as usize))
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_in_every_base() {
        assert_eq!(parse("ff", Some(16)), Ok(255));
        assert_eq!(parse("zz", Some(36)), Ok(1295));
        assert_eq!(parse("-101", Some(2)), Ok(-5));
    }

    #[test]
    fn prefixes_name_the_base() {
        assert_eq!(parse("0x1F", None), Ok(31));
        assert_eq!(parse("-0b10", None), Ok(-2));
        assert_eq!(parse("0o17", Some(8)), Ok(15));
        assert_eq!(parse("0b1", Some(16)), Ok(0xb1));
    }

    #[test]
    fn separators_are_skipped() {
        assert_eq!(parse("1_000_000", None), Ok(1_000_000));
        assert_eq!(parse("_", None), Err(BaseError::Empty));
        assert_eq!(parse("0x", None), Err(BaseError::Empty));
    }

    #[test]
    fn wrong_numbers_are_refused() {
        assert_eq!(
            parse("12", Some(2)),
            Err(BaseError::Digit {
                digit: '2',
                base: 2
            })
        );
        assert_eq!(parse("1", Some(1)), Err(BaseError::Base(1)));
        assert_eq!(format(1, 37), Err(BaseError::Base(37)));
        assert_eq!(parse(&"9".repeat(40), None), Err(BaseError::TooLarge));
        assert!(parse("é", None).is_err());
    }

    #[test]
    fn writing_and_reading_agree() {
        for number in [0, 1, -1, 255, i128::MAX, i128::MIN] {
            for base in 2..=36 {
                let text = format(number, base).unwrap();
                assert_eq!(parse(&text, Some(base)), Ok(number), "{text} in {base}");
            }
        }
    }

    // @feature all
    #[test]
    fn the_overview_has_four_bases() {
        let text = overview(-10);
        assert_eq!(text.lines().count(), 4);
        assert!(text.contains("-1010\n") && text.contains("-a\n"));
    }
    // @end

    // @feature grouping
    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(group("-1234567", 3), "-1_234_567");
        assert_eq!(group("12", 4), "12");
    }
    // @end

    // @feature twos_complement
    #[test]
    fn negative_numbers_wrap_around() {
        assert_eq!(twos_complement(-1, 8).unwrap(), "11111111");
        assert_eq!(twos_complement(-128, 8).unwrap(), "10000000");
        assert_eq!(twos_complement(5, 8).unwrap(), "00000101");
        assert!(twos_complement(-129, 8).is_err());
        assert!(twos_complement(256, 8).is_err());
        assert!(twos_complement(0, 0).is_err());
    }
    // @end
}
