//! Passwords from random numbers, and an estimate of how hard a password is to guess.

use std::fmt;
use std::io::{self, Read};

/// Characters of a password when nobody says how many.
pub const DEFAULT_LENGTH: usize = 16; // @slot length

/// The longest password that is made.
pub const MAX_LENGTH: usize = 1024;

pub const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
pub const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
pub const DIGITS: &str = "0123456789";
pub const SYMBOLS: &str = "!#$%&*+-./:;<=>?@^_~";

// @feature unambiguous
/// Characters that are easily mistaken for one another.
pub const AMBIGUOUS: &str = "0Oo1lI|5S";
// @end

/// Where random numbers come from.
pub trait RandomSource {
    fn next_byte(&mut self) -> io::Result<u8>;

    /// A number below `limit`, which is 1 to 256; all are equally likely.
    fn below(&mut self, limit: usize) -> io::Result<usize> {
        let usable = 256 - 256 % limit;
        loop {
            let byte = usize::from(self.next_byte()?);
            if byte < usable {
                return Ok(byte % limit);
            }
        }
    }
}

/// The operating system's random numbers, which nobody can predict.
pub struct SystemRandom<R: Read>(pub R);

impl<R: Read> RandomSource for SystemRandom<R> {
    fn next_byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.0.read_exact(&mut byte)?;
        Ok(byte[0])
    }
}

/// Numbers that depend on the seed only: for tests and examples, not for secrets.
pub struct SeededRandom(pub u64);

impl RandomSource for SeededRandom {
    fn next_byte(&mut self) -> io::Result<u8> {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        Ok((mixed >> 56) as u8)
    }
}

/// What passwords are made of. At least one character of every class is used.
#[derive(Debug, Clone)]
pub struct Rules {
    pub length: usize,
    classes: Vec<Vec<char>>,
}

#[derive(Debug)]
pub enum PasswordError {
    NoCharacters,
    BadLength { least: usize },
    Random(io::Error),
}

impl fmt::Display for PasswordError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PasswordError::NoCharacters => write!(f, "no characters are left to choose from"),
            PasswordError::BadLength { least } => {
                write!(f, "the length must be from {least} to {MAX_LENGTH}")
            }
            PasswordError::Random(error) => write!(f, "no random numbers: {error}"),
        }
    }
}

impl std::error::Error for PasswordError {}

impl Rules {
    /// Rules for passwords with characters out of each of `classes`.
    pub fn new(length: usize, classes: &[&str]) -> Self {
        let classes = classes
            .iter()
            .map(|class| class.chars().collect())
            .collect();
        Rules { length, classes }
    }

    // @feature unambiguous
    /// Does without characters that look alike.
    pub fn without_ambiguous(mut self) -> Self {
        for class in &mut self.classes {
            class.retain(|c| !AMBIGUOUS.contains(*c));
        }
        self
    }
    // @end

    /// Makes a password.
    pub fn generate(&self, random: &mut impl RandomSource) -> Result<String, PasswordError> {
        let all: Vec<char> = self.classes.concat();
        if all.is_empty() {
            return Err(PasswordError::NoCharacters);
        }
        let least = self.classes.len();
        if self.length < least || self.length > MAX_LENGTH {
            return Err(PasswordError::BadLength { least });
        }
        // Whole passwords are drawn until one has every class, so that no place is special.
        loop {
            let draw = |_| random.below(all.len()).map(|at| all[at]);
            let password: Result<String, io::Error> = (0..self.length).map(draw).collect();
            let password = password.map_err(PasswordError::Random)?;
            if self
                .classes
                .iter()
                .all(|class| password.contains(class.as_slice()))
            {
                return Ok(password);
            }
        }
    }
}

// @feature passphrase
/// Words that are short, common and hard to confuse; their number is a power of two.
pub const WORDS: [&str; 64] = [
    "acorn", "amber", "anchor", "apple", "arrow", "autumn", "badge", "bamboo", "barrel", "basket",
    "beacon", "berry", "bottle", "breeze", "bridge", "bronze", "butter", "candle", "canyon",
    "carpet", "castle", "cherry", "circle", "cloud", "copper", "coral", "cotton", "desert",
    "dragon", "eagle", "ember", "engine", "falcon", "feather", "forest", "garden", "ginger",
    "harbor", "hazel", "island", "jacket", "jungle", "kettle", "ladder", "lemon", "magnet",
    "maple", "meadow", "mirror", "needle", "ocean", "orbit", "pepper", "planet", "quartz",
    "ribbon", "river", "saddle", "silver", "timber", "tunnel", "velvet", "walnut", "window",
];

/// Words joined by hyphens; every word is worth six bits.
pub fn passphrase(words: usize, random: &mut impl RandomSource) -> Result<String, PasswordError> {
    if words == 0 || words > MAX_LENGTH {
        return Err(PasswordError::BadLength { least: 1 });
    }
    let draw = |_| random.below(WORDS.len()).map(|at| WORDS[at]);
    let words: Result<Vec<&str>, io::Error> = (0..words).map(draw).collect();
    Ok(words.map_err(PasswordError::Random)?.join("-"))
}
// @end

/// How strong a password looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    VeryWeak,
    Weak,
    Fair,
    Strong,
    VeryStrong,
}

impl Strength {
    pub fn of_bits(bits: f64) -> Self {
        match bits {
            b if b < 28.0 => Strength::VeryWeak,
            b if b < 45.0 => Strength::Weak,
            b if b < 64.0 => Strength::Fair,
            b if b < 90.0 => Strength::Strong,
            _ => Strength::VeryStrong,
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Strength::VeryWeak => "very weak",
            Strength::Weak => "weak",
            Strength::Fair => "fair",
            Strength::Strong => "strong",
            Strength::VeryStrong => "very strong",
        })
    }
}

/// The bits that an attacker has to guess if every character is drawn from the classes in use.
/// A character that repeats or continues the one before it counts a quarter; passwords that
/// everybody tries first count nothing.
pub fn estimate_bits(password: &str) -> f64 {
    const KNOWN: [&str; 9] = [
        "password", "passwort", "qwerty", "letmein", "welcome", "admin", "iloveyou", "dragon",
        "monkey",
    ];
    let chars: Vec<char> = password.chars().collect();
    let bare = password.to_lowercase();
    let bare = bare.trim_matches(|c: char| !c.is_alphabetic());
    if KNOWN.contains(&bare) {
        return 0.0;
    }
    type Class = (fn(char) -> bool, u32);
    let classes: [Class; 5] = [
        (|c| c.is_ascii_lowercase(), 26),
        (|c| c.is_ascii_uppercase(), 26),
        (|c| c.is_ascii_digit(), 10),
        (|c| c.is_ascii_punctuation() || c == ' ', 33),
        (|c| !c.is_ascii(), 100),
    ];
    let used = classes
        .iter()
        .filter(|(belongs, _)| chars.iter().any(|c| belongs(*c)));
    let pool: u32 = used.map(|(_, size)| size).sum();
    let follows = |pair: &&[char]| (pair[1] as u32).abs_diff(pair[0] as u32) <= 1;
    let easy = chars.windows(2).filter(follows).count();
    (chars.len() as f64 - easy as f64 * 0.75) * f64::from(pool.max(1)).log2()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 4] = [LOWER, UPPER, DIGITS, SYMBOLS];

    #[test]
    fn passwords_have_every_class_and_the_right_length() {
        let mut random = SeededRandom(7);
        for length in 4..60 {
            let password = Rules::new(length, &ALL).generate(&mut random).unwrap();
            assert_eq!(password.chars().count(), length);
            for class in ALL {
                assert!(
                    password.contains(|c| class.contains(c)),
                    "{password} {class}"
                );
            }
        }
    }

    #[test]
    fn a_seed_gives_the_same_password_again() {
        let make = |seed| {
            Rules::new(20, &ALL)
                .generate(&mut SeededRandom(seed))
                .unwrap()
        };
        assert_eq!(make(1), make(1));
        assert_ne!(make(1), make(2));
    }

    #[test]
    fn impossible_rules_are_refused() {
        let mut random = SeededRandom(1);
        let short = Rules::new(3, &ALL).generate(&mut random);
        assert!(matches!(short, Err(PasswordError::BadLength { least: 4 })));
        let none = Rules::new(8, &[]).generate(&mut random);
        assert!(matches!(none, Err(PasswordError::NoCharacters)));
        let dry = Rules::new(8, &ALL).generate(&mut SystemRandom(io::empty()));
        assert!(matches!(dry, Err(PasswordError::Random(_))));
    }

    #[test]
    fn numbers_are_spread_evenly() {
        let mut random = SeededRandom(3);
        let mut counts = [0; 10];
        for _ in 0..10000 {
            counts[random.below(10).unwrap()] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..1150).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn strength_grows_with_length_and_classes() {
        assert_eq!(estimate_bits("Password1!"), 0.0);
        assert_eq!(estimate_bits(""), 0.0);
        assert!(estimate_bits("aaaaaaaa") < estimate_bits("agkqzmwt"));
        assert!(estimate_bits("abcdefgh") < estimate_bits("hzkfbqtw"));
        assert!(estimate_bits("hzkfbqtw") < estimate_bits("hzKf9qt!"));
        assert_eq!(Strength::of_bits(estimate_bits("hzkf")), Strength::VeryWeak);
        assert_eq!(Strength::of_bits(100.0), Strength::VeryStrong);
    }

    // @feature unambiguous
    #[test]
    fn characters_that_look_alike_are_left_out() {
        let rules = Rules::new(500, &ALL).without_ambiguous();
        let password = rules.generate(&mut SeededRandom(5)).unwrap();
        assert!(!password.contains(|c| AMBIGUOUS.contains(c)));
    }
    // @end

    // @feature passphrase
    #[test]
    fn passphrases_are_words() {
        let phrase = passphrase(6, &mut SeededRandom(9)).unwrap();
        assert_eq!(phrase.split('-').count(), 6);
        assert!(phrase.split('-').all(|word| WORDS.contains(&word)));
        assert!(passphrase(0, &mut SeededRandom(9)).is_err());
    }
    // @end
}
