//! Roman numerals in their usual form, where a smaller sign before a larger one is subtracted.

use std::fmt;

/// The largest number that is accepted. The signs themselves end at 3999.
pub const LARGEST: u32 = 3999; // @slot largest

/// Signs and subtracted pairs, the largest first.
const SIGNS: [(u32, &str); 13] = [
    (1000, "M"),
    (900, "CM"),
    (500, "D"),
    (400, "CD"),
    (100, "C"),
    (90, "XC"),
    (50, "L"),
    (40, "XL"),
    (10, "X"),
    (9, "IX"),
    (5, "V"),
    (4, "IV"),
    (1, "I"),
];

/// Why something cannot be converted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RomanError {
    Empty,
    OutOfRange(String),
    Sign(char),
    Form { text: String, usual: String },
    BadSum(String), // @feature arithmetic
}

impl fmt::Display for RomanError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            RomanError::Empty => write!(f, "there is nothing to convert"),
            RomanError::OutOfRange(text) => {
                write!(f, "{text} is out of range: numerals go from 1 to {LARGEST}")
            }
            RomanError::Sign(c) => write!(f, "'{c}' is not a Roman sign"),
            RomanError::Form { text, usual } => write!(f, "{text} is usually written {usual}"),
            RomanError::BadSum(text) => write!(f, "'{text}' is not a sum like XIV + II"), // @feature arithmetic
        }
    }
}

impl std::error::Error for RomanError {}

/// The numeral of a number.
pub fn to_roman(number: u32) -> Result<String, RomanError> {
    if !(1..=LARGEST).contains(&number) {
        return Err(RomanError::OutOfRange(number.to_string()));
    }
    let mut rest = number;
    let mut numeral = String::new();
    for (value, sign) in SIGNS {
        while rest >= value {
            numeral.push_str(sign);
            rest -= value;
        }
    }
    Ok(numeral)
}

/// The number of a numeral. Only the usual form of each number is accepted.
pub fn from_roman(numeral: &str) -> Result<u32, RomanError> {
    if numeral.is_empty() {
        return Err(RomanError::Empty);
    }
    let upper = numeral.to_ascii_uppercase();
    let values: Vec<u32> = upper.chars().map(sign_value).collect::<Result<_, _>>()?;
    let mut total: u64 = 0;
    let mut at = 0;
    while at < values.len() {
        let value = u64::from(values[at]);
        match values.get(at + 1) {
            Some(&next) if u64::from(next) > value => {
                total += u64::from(next) - value;
                at += 2;
            }
            _ => {
                total += value;
                at += 1;
            }
        }
    }
    let out_of_range = || RomanError::OutOfRange(upper.clone());
    let number = u32::try_from(total).map_err(|_| out_of_range())?;
    let usual = to_roman(number).map_err(|_| out_of_range())?;
    match usual == upper {
        true => Ok(number),
        false => Err(RomanError::Form { text: upper, usual }),
    }
}

fn sign_value(sign: char) -> Result<u32, RomanError> {
    let mut buffer = [0; 4];
    let text: &str = sign.encode_utf8(&mut buffer);
    let known = SIGNS.iter().find(|(_, known)| *known == text);
    known.map(|(value, _)| *value).ok_or(RomanError::Sign(sign))
}

/// Converts digits to a numeral, anything else from one.
pub fn convert(text: &str) -> Result<String, RomanError> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let number = text
            .parse()
            .map_err(|_| RomanError::OutOfRange(text.to_string()))?;
        return to_roman(number);
    }
    // @feature arithmetic
    if text.contains(['+', '-']) {
        return calculate(text);
    }
    // @end
    from_roman(text).map(|number| number.to_string())
}

// @feature arithmetic
/// The numeral of a sum such as `XIV + II - I`.
fn calculate(text: &str) -> Result<String, RomanError> {
    let mut total: i64 = 0;
    let mut rest = text;
    let mut sign = 1;
    loop {
        let end = rest.find(['+', '-']).unwrap_or(rest.len());
        let term = rest[..end].trim();
        if term.is_empty() {
            return Err(RomanError::BadSum(text.to_string()));
        }
        total += sign * i64::from(from_roman(term)?);
        match rest[end..].chars().next() {
            None => break,
            Some(operator) => sign = if operator == '+' { 1 } else { -1 },
        }
        rest = &rest[end + 1..];
    }
    let number = u32::try_from(total).map_err(|_| RomanError::OutOfRange(total.to_string()))?;
    to_roman(number)
}
// @end

// @feature table
/// One line for every number of a range.
pub fn table(from: u32, to: u32) -> Result<String, RomanError> {
    let line = |number| to_roman(number).map(|numeral| format!("{number:>5} {numeral}\n"));
    // Both ends are checked first, so that a huge range fails at once.
    to_roman(from).and(to_roman(to))?;
    (from..=to).map(line).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_numerals() {
        for (number, numeral) in [(1, "I"), (4, "IV"), (14, "XIV"), (49, "XLIX"), (90, "XC")] {
            assert_eq!(to_roman(number).unwrap(), numeral);
        }
    }

    #[test]
    fn every_number_survives() {
        for number in 1..=LARGEST {
            assert_eq!(from_roman(&to_roman(number).unwrap()), Ok(number));
        }
    }

    #[test]
    fn the_range_ends() {
        assert!(to_roman(0).is_err());
        assert!(to_roman(LARGEST + 1).is_err());
        assert!(convert("99999999999999999999").is_err());
        assert!(from_roman(&"M".repeat(5_000)).is_err());
    }

    #[test]
    fn unusual_forms_are_refused() {
        for text in ["IIII", "VV", "IC", "IXI", "XIIX", "VX"] {
            assert!(
                matches!(from_roman(text), Err(RomanError::Form { .. })),
                "{text}"
            );
        }
        assert_eq!(from_roman("XÄ"), Err(RomanError::Sign('Ä')));
        assert_eq!(from_roman(""), Err(RomanError::Empty));
    }

    #[test]
    fn either_direction_is_recognised() {
        assert_eq!(convert(" 12 ").unwrap(), "XII");
        assert_eq!(convert("xii").unwrap(), "12");
    }

    // @feature arithmetic
    #[test]
    fn sums() {
        assert_eq!(convert("XIV + II - I").unwrap(), "XV");
        assert!(convert("I - II").is_err());
        assert!(convert("I + ").is_err());
    }
    // @end

    // @feature table
    #[test]
    fn tables() {
        assert_eq!(table(9, 10).unwrap(), "    9 IX\n   10 X\n");
        assert!(table(1, u32::MAX).is_err());
    }
    // @end
}
