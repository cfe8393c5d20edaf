//! Whole numbers of any size, kept as a sign and digits of base one thousand million.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest exponent, factorial or index that is worked out.
pub const LARGEST: u32 = 10000; // @slot largest

const BASE: u64 = 1_000_000_000;
const DIGITS: usize = 9;

/// A whole number. There are no leading zeros, and zero is not negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BigInt {
    negative: bool,
    limbs: Vec<u32>, // the least significant first; none for zero
}

/// The text that is not a whole number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError(pub String);

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "'{}' is not a whole number", self.0)
    }
}

impl std::error::Error for ParseError {}

impl From<u32> for BigInt {
    fn from(value: u32) -> Self {
        let value = u64::from(value);
        BigInt::new(false, vec![(value % BASE) as u32, (value / BASE) as u32])
    }
}

impl FromStr for BigInt {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(ParseError(text.to_string()));
        }
        let limb = |chunk: &[u8]| chunk.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0'));
        let limbs = digits.as_bytes().rchunks(DIGITS).map(limb).collect();
        Ok(BigInt::new(text.starts_with('-'), limbs))
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Some((first, rest)) = self.limbs.split_last() else {
            return write!(f, "0");
        };
        write!(f, "{}{first}", if self.negative { "-" } else { "" })?;
        rest.iter()
            .rev()
            .try_for_each(|limb| write!(f, "{limb:09}"))
    }
}

impl Ord for BigInt {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => compare(&self.limbs, &other.limbs),
            (true, true) => compare(&other.limbs, &self.limbs),
        }
    }
}

impl PartialOrd for BigInt {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl BigInt {
    fn new(negative: bool, mut limbs: Vec<u32>) -> Self {
        while limbs.last() == Some(&0) {
            limbs.pop();
        }
        BigInt {
            negative: negative && !limbs.is_empty(),
            limbs,
        }
    }

    pub fn is_zero(&self) -> bool {
        self.limbs.is_empty()
    }

    pub fn negate(&self) -> Self {
        BigInt::new(!self.negative, self.limbs.clone())
    }

    pub fn add(&self, other: &Self) -> Self {
        if self.negative == other.negative {
            return BigInt::new(self.negative, add(&self.limbs, &other.limbs));
        }
        match compare(&self.limbs, &other.limbs) {
            Ordering::Less => BigInt::new(other.negative, subtract(&other.limbs, &self.limbs)),
            _ => BigInt::new(self.negative, subtract(&self.limbs, &other.limbs)),
        }
    }

    pub fn subtract(&self, other: &Self) -> Self {
        self.add(&other.negate())
    }

    pub fn multiply(&self, other: &Self) -> Self {
        let mut product = vec![0u32; self.limbs.len() + other.limbs.len()];
        for (at, &a) in self.limbs.iter().enumerate() {
            let mut carry = 0;
            for (offset, &b) in other.limbs.iter().enumerate() {
                let place = &mut product[at + offset];
                let value = u64::from(a) * u64::from(b) + u64::from(*place) + carry;
                *place = (value % BASE) as u32;
                carry = value / BASE;
            }
            product[at + other.limbs.len()] = carry as u32;
        }
        BigInt::new(self.negative != other.negative, product)
    }

    /// Quotient and remainder, rounded towards zero; nothing for division by zero.
    pub fn divide(&self, other: &Self) -> Option<(Self, Self)> {
        if other.is_zero() {
            return None;
        }
        let divisor = BigInt::new(false, other.limbs.clone());
        let mut rest = BigInt::new(false, Vec::new());
        let mut quotient = vec![0; self.limbs.len()];
        for (at, &limb) in self.limbs.iter().enumerate().rev() {
            rest.limbs.insert(0, limb);
            rest = BigInt::new(false, rest.limbs);
            // The largest digit whose product is not beyond the rest, by halving the interval.
            let (mut low, mut high) = (0, BASE as u32 - 1);
            while low < high {
                let middle = (low + high).div_ceil(2);
                match divisor.multiply(&BigInt::from(middle)) <= rest {
                    true => low = middle,
                    false => high = middle - 1,
                }
            }
            rest = rest.subtract(&divisor.multiply(&BigInt::from(low)));
            quotient[at] = low;
        }
        let quotient = BigInt::new(self.negative != other.negative, quotient);
        Some((quotient, BigInt::new(self.negative, rest.limbs)))
    }

    // @feature power
    /// Nothing if the exponent is beyond `LARGEST`.
    pub fn power(&self, exponent: u32) -> Option<Self> {
        if exponent > LARGEST {
            return None;
        }
        let (mut result, mut square, mut rest) = (BigInt::from(1), self.clone(), exponent);
        while rest > 0 {
            if rest % 2 == 1 {
                result = result.multiply(&square);
            }
            rest /= 2;
            if rest > 0 {
                square = square.multiply(&square);
            }
        }
        Some(result)
    }
    // @end

    // @feature gcd
    pub fn gcd(&self, other: &Self) -> Self {
        let (mut a, mut b) = (self.clone(), other.clone());
        while let Some((_, rest)) = a.divide(&b) {
            a = b;
            b = rest;
        }
        BigInt::new(false, a.limbs)
    }
    // @end
}

// @feature factorial
/// Nothing if the number is beyond `LARGEST`.
pub fn factorial(number: u32) -> Option<BigInt> {
    let multiply = |product: BigInt, n| product.multiply(&BigInt::from(n));
    (number <= LARGEST).then(|| (2..=number).fold(BigInt::from(1), multiply))
}
// @end

// @feature fibonacci
/// The Fibonacci number with an index, from 0, 1, 1, 2; nothing if it is beyond `LARGEST`.
pub fn fibonacci(index: u32) -> Option<BigInt> {
    if index > LARGEST {
        return None;
    }
    let (mut a, mut b) = (BigInt::from(0), BigInt::from(1));
    for _ in 0..index {
        let next = a.add(&b);
        a = b;
        b = next;
    }
    Some(a)
}
// @end

/// A number that may serve as an exponent or an index.
pub fn small(text: &str) -> Result<u32, String> {
    text.parse()
        .map_err(|_| format!("'{text}' is not a small whole number"))
}

/// The text of a result, or why there is none.
pub fn limited(value: Option<BigInt>) -> Result<String, String> {
    let text = value.map(|value| value.to_string());
    text.ok_or_else(|| format!("exponents and indices go up to {LARGEST}"))
}

fn compare(a: &[u32], b: &[u32]) -> Ordering {
    a.len()
        .cmp(&b.len())
        .then_with(|| a.iter().rev().cmp(b.iter().rev()))
}

fn add(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut sum = Vec::with_capacity(a.len().max(b.len()) + 1);
    let mut carry = 0;
    for at in 0..a.len().max(b.len()) {
        let limb = |limbs: &[u32]| u64::from(limbs.get(at).copied().unwrap_or(0));
        let value = limb(a) + limb(b) + carry;
        sum.push((value % BASE) as u32);
        carry = value / BASE;
    }
    sum.push(carry as u32);
    sum
}

/// `a - b` where `a` is not the smaller one.
fn subtract(a: &[u32], b: &[u32]) -> Vec<u32> {
    let mut borrow = 0;
    let limb = |(at, &limb): (usize, &u32)| {
        let less = u64::from(b.get(at).copied().unwrap_or(0)) + borrow;
        let limb = u64::from(limb);
        borrow = u64::from(limb < less);
        (limb + borrow * BASE - less) as u32
    };
    a.iter().enumerate().map(limb).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> BigInt {
        text.parse().unwrap()
    }

    #[test]
    fn text_survives() {
        for text in ["0", "-7", "1000000000", "123456789012345678901234567890"] {
            assert_eq!(big(text).to_string(), text);
        }
        assert_eq!(big("-000").to_string(), "0");
        assert!("".parse::<BigInt>().is_err() && "1-".parse::<BigInt>().is_err());
    }

    #[test]
    fn small_numbers_behave_as_usual() {
        for a in -30i64..30 {
            for b in -30i64..30 {
                let (x, y) = (big(&a.to_string()), big(&b.to_string()));
                assert_eq!(x.add(&y).to_string(), (a + b).to_string());
                assert_eq!(x.subtract(&y).to_string(), (a - b).to_string());
                assert_eq!(x.multiply(&y).to_string(), (a * b).to_string());
                assert_eq!(x.cmp(&y), a.cmp(&b));
                let divided = x.divide(&y).map(|(q, r)| (q.to_string(), r.to_string()));
                let expected = a
                    .checked_div(b)
                    .map(|q| (q.to_string(), (a % b).to_string()));
                assert_eq!(divided, expected);
            }
        }
    }

    #[test]
    fn carries_run_through() {
        assert_eq!(
            big("999999999999999999").add(&big("1")),
            big("1000000000000000000")
        );
        assert_eq!(
            big("1000000000000000000").subtract(&big("1")),
            big("999999999999999999")
        );
    }

    #[test]
    fn long_products_divide_exactly() {
        let (a, b) = (
            big("987654321987654321987654321"),
            big("-123456789123456789"),
        );
        let product = a.multiply(&b);
        assert_eq!(product.divide(&b), Some((a.clone(), BigInt::from(0))));
        let (quotient, rest) = product.add(&big("-5")).divide(&a).unwrap();
        assert_eq!((quotient, rest), (b, big("-5")));
    }

    #[test]
    fn zero_divides_nothing() {
        assert_eq!(big("5").divide(&big("0")), None);
    }

    // @feature power
    #[test]
    fn powers() {
        assert_eq!(
            big("2").power(100).unwrap(),
            big("1267650600228229401496703205376")
        );
        assert_eq!(big("-3").power(3).unwrap(), big("-27"));
        assert_eq!(big("7").power(0).unwrap(), big("1"));
        assert_eq!(big("1").power(LARGEST + 1), None);
    }
    // @end

    // @feature factorial
    #[test]
    fn factorials() {
        assert_eq!(factorial(25).unwrap(), big("15511210043330985984000000"));
        assert_eq!(factorial(0).unwrap(), big("1"));
        assert_eq!(factorial(LARGEST + 1), None);
    }
    // @end

    // @feature fibonacci
    #[test]
    fn fibonacci_numbers() {
        assert_eq!(fibonacci(0).unwrap(), big("0"));
        assert_eq!(fibonacci(100).unwrap(), big("354224848179261915075"));
    }
    // @end

    // @feature gcd
    #[test]
    fn greatest_common_divisors() {
        assert_eq!(big("-12000000000000000000").gcd(&big("18")), big("6"));
        assert_eq!(big("0").gcd(&big("5")), big("5"));
    }
    // @end
}
