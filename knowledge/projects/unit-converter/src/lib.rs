//! Conversion between units by way of each quantity's base unit.

use std::fmt;

/// Digits after the decimal point in printed values.
pub const DECIMALS: usize = 4; // @slot decimals

/// What a unit measures. Only units of the same quantity convert into each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantity {
    Length,
    Mass,
    Temperature, // @feature temperature
    Volume,      // @feature volume
    Time,        // @feature time
}

/// A unit: `base = value * factor + offset`.
#[derive(Debug, PartialEq)]
pub struct Unit {
    pub symbol: &'static str,
    pub name: &'static str,
    pub quantity: Quantity,
    factor: f64,
    offset: f64,
}

const fn unit(symbol: &'static str, name: &'static str, quantity: Quantity, factor: f64) -> Unit {
    Unit {
        symbol,
        name,
        quantity,
        factor,
        offset: 0.0,
    }
}

/// Every known unit. Base units: metre, kilogram and so on, those with factor 1.
pub const UNITS: &[Unit] = &[
    unit("mm", "millimetre", Quantity::Length, 0.001),
    unit("cm", "centimetre", Quantity::Length, 0.01),
    unit("m", "metre", Quantity::Length, 1.0),
    unit("km", "kilometre", Quantity::Length, 1000.0),
    unit("in", "inch", Quantity::Length, 0.0254),
    unit("ft", "foot", Quantity::Length, 0.3048),
    unit("yd", "yard", Quantity::Length, 0.9144),
    unit("mi", "mile", Quantity::Length, 1609.344),
    unit("nmi", "nautical mile", Quantity::Length, 1852.0),
    unit("mg", "milligram", Quantity::Mass, 1e-6),
    unit("g", "gram", Quantity::Mass, 0.001),
    unit("kg", "kilogram", Quantity::Mass, 1.0),
    unit("t", "tonne", Quantity::Mass, 1000.0),
    unit("oz", "ounce", Quantity::Mass, 0.028349523125),
    unit("lb", "pound", Quantity::Mass, 0.45359237),
    unit("st", "stone", Quantity::Mass, 6.35029318),
    // @feature temperature
    unit("K", "kelvin", Quantity::Temperature, 1.0),
    Unit {
        symbol: "C",
        name: "degree Celsius",
        quantity: Quantity::Temperature,
        factor: 1.0,
        offset: 273.15,
    },
    Unit {
        symbol: "F",
        name: "degree Fahrenheit",
        quantity: Quantity::Temperature,
        factor: 5.0 / 9.0,
        offset: 273.15 - 32.0 * 5.0 / 9.0,
    },
    // @end
    // @feature volume
    unit("ml", "millilitre", Quantity::Volume, 0.001),
    unit("l", "litre", Quantity::Volume, 1.0),
    unit("cup", "US cup", Quantity::Volume, 0.2365882365),
    unit("pt", "US pint", Quantity::Volume, 0.473176473),
    unit("gal", "US gallon", Quantity::Volume, 3.785411784),
    // @end
    // @feature time
    unit("s", "second", Quantity::Time, 1.0),
    unit("min", "minute", Quantity::Time, 60.0),
    unit("h", "hour", Quantity::Time, 3600.0),
    unit("d", "day", Quantity::Time, 86400.0),
    unit("wk", "week", Quantity::Time, 604800.0),
    // @end
];

/// Why a conversion cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub enum ConvertError {
    NotANumber(String),
    UnknownUnit(String),
    Incompatible {
        from: &'static Unit,
        to: &'static Unit,
    },
    BadRequest(String), // @feature batch
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ConvertError::NotANumber(text) => write!(f, "'{text}' is not a number"),
            ConvertError::UnknownUnit(text) => write!(f, "unknown unit '{text}'"),
            ConvertError::Incompatible { from, to } => write!(
                f,
                "{} is a unit of {}, {} of {}",
                from.symbol,
                format!("{:?}", from.quantity).to_lowercase(),
                to.symbol,
                format!("{:?}", to.quantity).to_lowercase()
            ),
            // @feature batch
            ConvertError::BadRequest(line) => {
                write!(f, "'{line}': expected VALUE FROM TO")
            }
            // @end
        }
    }
}

impl std::error::Error for ConvertError {}

/// The unit with this symbol or name; an exact symbol goes before one in another case.
pub fn find_unit(text: &str) -> Result<&'static Unit, ConvertError> {
    let singular = text.strip_suffix('s').unwrap_or(text);
    UNITS
        .iter()
        .find(|u| u.symbol == text)
        .or_else(|| UNITS.iter().find(|u| u.symbol.eq_ignore_ascii_case(text)))
        .or_else(|| {
            UNITS.iter().find(|u| {
                u.name.eq_ignore_ascii_case(text) || u.name.eq_ignore_ascii_case(singular)
            })
        })
        .ok_or_else(|| ConvertError::UnknownUnit(text.to_string()))
}

/// `value`, given in `from`, in `to`.
pub fn convert(value: f64, from: &'static Unit, to: &'static Unit) -> Result<f64, ConvertError> {
    if from.quantity != to.quantity {
        return Err(ConvertError::Incompatible { from, to });
    }
    Ok((value * from.factor + from.offset - to.offset) / to.factor)
}

/// Answers one request in words, for example `5 km = 5000 m`.
pub fn answer(value: &str, from: &str, to: &str) -> Result<String, ConvertError> {
    let number: f64 = match value.parse() {
        Ok(number) if f64::is_finite(number) => number,
        _ => return Err(ConvertError::NotANumber(value.to_string())),
    };
    let (from, to) = (find_unit(from)?, find_unit(to)?);
    let result = convert(number, from, to)?;
    Ok(format!(
        "{} {} = {} {}",
        format_value(number),
        from.symbol,
        format_value(result),
        to.symbol
    ))
}

/// A value with at most `DECIMALS` digits after the point and no needless zeros.
pub fn format_value(value: f64) -> String {
    let text = format!("{value:.DECIMALS$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.'),
        false => &text,
    };
    if text == "-0" { "0" } else { text }.to_string()
}

// @feature batch
/// Answers a request written as `VALUE FROM TO` on one line; `in` or `to` before TO is skipped.
pub fn answer_line(line: &str) -> Result<String, ConvertError> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words[..] {
        [value, from, to] | [value, from, "in" | "to", to] => answer(value, from, to),
        _ => Err(ConvertError::BadRequest(line.to_string())),
    }
}
// @end

// @feature list
/// The table of units, one per line.
pub fn list_units() -> String {
    UNITS
        .iter()
        .map(|u| {
            format!(
                "{:<5}{:<20}{}\n",
                u.symbol,
                u.name,
                format!("{:?}", u.quantity).to_lowercase()
            )
        })
        .collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(value: f64, from: &str, to: &str) -> f64 {
        convert(value, find_unit(from).unwrap(), find_unit(to).unwrap()).unwrap()
    }

    #[test]
    fn converts_lengths_and_masses() {
        assert!((converted(1.0, "mi", "km") - 1.609344).abs() < 1e-9);
        assert!((converted(12.0, "in", "ft") - 1.0).abs() < 1e-9);
        assert!((converted(1.0, "st", "lb") - 14.0).abs() < 1e-9);
    }

    #[test]
    fn there_and_back_again_gives_the_same() {
        for from in UNITS {
            for to in UNITS.iter().filter(|to| to.quantity == from.quantity) {
                let there = convert(3.5, from, to).unwrap();
                let back = convert(there, to, from).unwrap();
                assert!((back - 3.5).abs() < 1e-9, "{} {}", from.symbol, to.symbol);
            }
        }
    }

    #[test]
    fn units_are_found_by_symbol_and_name() {
        assert_eq!(find_unit("KM").unwrap().symbol, "km");
        assert_eq!(find_unit("Metres").unwrap().symbol, "m");
        assert_eq!(find_unit("mile").unwrap().symbol, "mi");
    }

    #[test]
    fn symbols_are_unique() {
        for (at, unit) in UNITS.iter().enumerate() {
            assert!(UNITS[at + 1..]
                .iter()
                .all(|other| other.symbol != unit.symbol));
        }
    }

    #[test]
    fn wrong_requests_are_explained() {
        assert_eq!(
            answer("x", "km", "m").unwrap_err().to_string(),
            "'x' is not a number"
        );
        assert_eq!(
            answer("1", "parsec", "m").unwrap_err().to_string(),
            "unknown unit 'parsec'"
        );
        let message = answer("1", "km", "kg").unwrap_err().to_string();
        assert_eq!(message, "km is a unit of length, kg of mass");
    }

    #[test]
    fn values_have_no_needless_zeros() {
        assert_eq!(format_value(100.0), "100");
        assert_eq!(format_value(-0.0), "0");
    }

    // @feature temperature
    #[test]
    fn temperatures_have_an_offset() {
        assert!((converted(100.0, "C", "F") - 212.0).abs() < 1e-9);
        assert!((converted(0.0, "K", "C") + 273.15).abs() < 1e-9);
    }
    // @end

    // @feature batch
    #[test]
    fn lines_are_requests() {
        assert_eq!(answer_line("2 km in m").unwrap(), "2 km = 2000 m");
        assert!(answer_line("2 km").is_err());
    }
    // @end

    // @feature list
    #[test]
    fn every_unit_is_listed() {
        assert_eq!(list_units().lines().count(), UNITS.len());
    }
    // @end
}
