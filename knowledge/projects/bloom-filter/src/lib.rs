//! A set that takes little memory and may err in one direction only: it never misses a value
//! that was added, but says of some others that they may be there.

use std::fmt;
use std::hash::{Hash, Hasher};

/// Values that a filter made with `default()` is meant for.
pub const DEFAULT_EXPECTED: usize = 1000; // @slot expected

/// How often a filter made with `default()` errs when it holds that many.
pub const DEFAULT_RATE: f64 = 0.01; // @slot rate

/// Why a filter cannot be made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FilterError {
    BadRate(f64),
    TooLarge,
    Different, // @feature union
    BadBytes,  // @feature bytes
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            // @feature union
            FilterError::Different => write!(f, "the filters differ in size or hashes"),
            // @end
            // @feature bytes
            FilterError::BadBytes => write!(f, "these bytes are not a filter"),
            // @end
            FilterError::BadRate(rate) => write!(f, "the rate must be between 0 and 1, not {rate}"),
            FilterError::TooLarge => write!(f, "the filter would not fit into memory"),
        }
    }
}

impl std::error::Error for FilterError {}

/// The hash FNV-1a over the bytes of a value. Unlike the hashes of the standard library it is
/// the same in every program, so that filters can be stored.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Spreads the bits of a number over all places.
fn mix(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BloomFilter {
    words: Vec<u64>,
    bits: u64,
    hashes: u32,
}

impl Default for BloomFilter {
    fn default() -> Self {
        // The defaults are valid, which a test makes sure of.
        Self::new(DEFAULT_EXPECTED, DEFAULT_RATE).unwrap_or_else(|_| Self::with_size(64, 1))
    }
}

impl BloomFilter {
    /// A filter that errs with the probability `rate` once it holds `expected` values.
    pub fn new(expected: usize, rate: f64) -> Result<Self, FilterError> {
        if !(rate > 0.0 && rate < 1.0) {
            return Err(FilterError::BadRate(rate));
        }
        let ln2 = std::f64::consts::LN_2;
        let expected = expected.max(1) as f64;
        let bits = (-expected * rate.ln() / (ln2 * ln2)).ceil().max(64.0);
        if bits > 2f64.powi(40) {
            return Err(FilterError::TooLarge);
        }
        let hashes = (bits / expected * ln2).round().clamp(1.0, 64.0);
        Ok(Self::with_size(bits as u64, hashes as u32))
    }

    /// A filter of at least one bit and one hash.
    pub fn with_size(bits: u64, hashes: u32) -> Self {
        let bits = bits.max(1);
        BloomFilter {
            words: vec![0; bits.div_ceil(64) as usize],
            bits,
            hashes: hashes.max(1),
        }
    }

    /// Size in bits.
    pub fn bits(&self) -> u64 {
        self.bits
    }

    /// Bits that a value sets.
    pub fn hashes(&self) -> u32 {
        self.hashes
    }

    /// Adds a value. False if it was there before, or seemed to be.
    pub fn insert<T: Hash + ?Sized>(&mut self, value: &T) -> bool {
        let mut new = false;
        for place in self.places(value) {
            let (word, bit) = ((place / 64) as usize, 1 << (place % 64));
            new |= self.words[word] & bit == 0;
            self.words[word] |= bit;
        }
        new
    }

    /// False if the value was certainly not added.
    pub fn may_contain<T: Hash + ?Sized>(&self, value: &T) -> bool {
        let set = |place: u64| self.words[(place / 64) as usize] & (1 << (place % 64)) != 0;
        self.places(value).all(set)
    }

    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub fn clear(&mut self) {
        self.words.fill(0);
    }

    // @feature union
    /// Adds everything that another filter of the same size holds.
    pub fn union(&mut self, other: &BloomFilter) -> Result<(), FilterError> {
        if (self.bits, self.hashes) != (other.bits, other.hashes) {
            return Err(FilterError::Different);
        }
        self.words
            .iter_mut()
            .zip(&other.words)
            .for_each(|(word, more)| *word |= more);
        Ok(())
    }
    // @end

    // @feature estimate
    /// About how many different values were added, by the number of bits that are set.
    pub fn estimated_len(&self) -> f64 {
        let bits = self.bits as f64;
        let empty = 1.0 - self.set_bits() as f64 / bits;
        // A full filter says no more than that there are many.
        -bits / f64::from(self.hashes) * empty.max(1.0 / bits / 2.0).ln()
    }

    /// How likely it is that a value that was not added seems to be there.
    pub fn error_rate(&self) -> f64 {
        (self.set_bits() as f64 / self.bits as f64).powi(self.hashes as i32)
    }

    fn set_bits(&self) -> u64 {
        self.words
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }
    // @end

    // @feature bytes
    /// The filter as bytes: its size, its hashes and its bits, least significant first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.bits.to_le_bytes().to_vec();
        bytes.extend(self.hashes.to_le_bytes());
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes
    }

    /// Reads what `to_bytes` wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FilterError> {
        let (bits, rest) = bytes.split_first_chunk().ok_or(FilterError::BadBytes)?;
        let (hashes, rest) = rest.split_first_chunk().ok_or(FilterError::BadBytes)?;
        let (bits, hashes) = (u64::from_le_bytes(*bits), u32::from_le_bytes(*hashes));
        let fits = u64::try_from(rest.len())
            .is_ok_and(|len| Some(len) == bits.div_ceil(64).checked_mul(8));
        if bits == 0 || !(1..=64).contains(&hashes) || !fits {
            return Err(FilterError::BadBytes);
        }
        let word = |chunk: &[u8]| {
            chunk
                .iter()
                .rev()
                .fold(0, |word, byte| word << 8 | u64::from(*byte))
        };
        let words: Vec<u64> = rest.chunks_exact(8).map(word).collect();
        let spare = words.len() as u64 * 64 - bits;
        match words.last() {
            // Bits behind the last one are never set.
            Some(last) if spare > 0 && last >> (64 - spare) != 0 => Err(FilterError::BadBytes),
            _ => Ok(BloomFilter {
                words,
                bits,
                hashes,
            }),
        }
    }
    // @end

    /// The bits of a value: two hashes combined give as many as are wanted.
    fn places<T: Hash + ?Sized>(&self, value: &T) -> impl Iterator<Item = u64> {
        let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
        value.hash(&mut hasher);
        let first = mix(hasher.finish());
        // Odd, so that the steps do not fall onto the same few bits.
        let step = mix(first ^ 0x9e37_79b9_7f4a_7c15) | 1;
        let bits = self.bits;
        (0..u64::from(self.hashes)).map(move |n| first.wrapping_add(n.wrapping_mul(step)) % bits)
    }
}

impl<T: Hash> Extend<T> for BloomFilter {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        values.into_iter().for_each(|value| {
            self.insert(&value);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_is_never_missed() {
        let mut filter = BloomFilter::new(500, 0.05).unwrap();
        filter.extend((0..2000).map(|n| format!("value {n}")));
        assert!((0..2000).all(|n| filter.may_contain(&format!("value {n}"))));
    }

    #[test]
    fn the_rate_of_errors_is_kept() {
        for rate in [0.1, 0.01, 0.001] {
            let mut filter = BloomFilter::new(5000, rate).unwrap();
            filter.extend(0..5000u32);
            let errors = (100_000..200_000u32)
                .filter(|n| filter.may_contain(n))
                .count();
            assert!((errors as f64) < 100_000.0 * rate * 1.5, "{rate}: {errors}");
        }
    }

    #[test]
    fn sizes_follow_the_formula() {
        let filter = BloomFilter::new(1000, 0.01).unwrap();
        assert_eq!((filter.bits(), filter.hashes()), (9586, 7));
        assert!(BloomFilter::default().bits() >= 64);
        assert!(BloomFilter::new(DEFAULT_EXPECTED, DEFAULT_RATE).is_ok());
    }

    #[test]
    fn impossible_filters_are_refused() {
        for rate in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(matches!(
                BloomFilter::new(10, rate),
                Err(FilterError::BadRate(_))
            ));
        }
        assert_eq!(
            BloomFilter::new(usize::MAX, 0.01),
            Err(FilterError::TooLarge)
        );
        assert!(BloomFilter::with_size(0, 0).insert("x"));
    }

    #[test]
    fn inserting_tells_new_values_from_known_ones() {
        let mut filter = BloomFilter::default();
        assert!(filter.is_empty() && !filter.may_contain("ann"));
        assert!(filter.insert("ann"));
        assert!(!filter.insert("ann"));
        filter.clear();
        assert!(filter.is_empty());
    }

    // @feature union
    #[test]
    fn a_union_holds_both() {
        let (mut one, mut other) = (BloomFilter::default(), BloomFilter::default());
        one.insert("a");
        other.insert("b");
        one.union(&other).unwrap();
        assert!(one.may_contain("a") && one.may_contain("b"));
        assert_eq!(
            one.union(&BloomFilter::with_size(8, 1)),
            Err(FilterError::Different)
        );
    }
    // @end

    // @feature estimate
    #[test]
    fn the_number_of_values_is_estimated() {
        let mut filter = BloomFilter::new(2000, 0.01).unwrap();
        assert_eq!(filter.estimated_len(), 0.0);
        filter.extend(0..1500);
        assert!((1425.0..1575.0).contains(&filter.estimated_len()));
        assert!(filter.error_rate() < 0.01);
    }
    // @end

    // @feature bytes
    #[test]
    fn filters_are_stored_and_read() {
        let mut filter = BloomFilter::with_size(100, 3);
        filter.extend(["a", "b"]);
        let bytes = filter.to_bytes();
        assert_eq!(BloomFilter::from_bytes(&bytes), Ok(filter));
        for length in 0..bytes.len() {
            assert_eq!(
                BloomFilter::from_bytes(&bytes[..length]),
                Err(FilterError::BadBytes)
            );
        }
        let mut wrong = bytes;
        *wrong.last_mut().unwrap() = 0xff;
        assert_eq!(BloomFilter::from_bytes(&wrong), Err(FilterError::BadBytes));
    }
    // @end
}
