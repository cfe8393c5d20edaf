//! Classical ciphers on the letters A to Z. They hide nothing from anyone who tries: they are for
//! lessons and puzzles.

/// Places to shift by when the user names none.
pub const DEFAULT_SHIFT: i64 = 3; // @slot shift

/// Moves a letter `shift` places on, around the alphabet; all else stays.
fn shift_letter(c: char, shift: i64) -> char {
    let first = match c {
        'a'..='z' => b'a',
        'A'..='Z' => b'A',
        _ => return c,
    };
    let place = (c as u8 - first) as i64;
    char::from(first + (place + shift.rem_euclid(26)).rem_euclid(26) as u8)
}

/// Shifts every letter by the same number of places. The opposite number decrypts.
pub fn caesar(text: &str, shift: i64) -> String {
    text.chars().map(|c| shift_letter(c, shift)).collect()
}

// @feature vigenere
/// A key word for the Vigenère cipher.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyWord(Vec<i64>);

impl KeyWord {
    /// A key word has one letter from A to Z or more, and nothing else.
    pub fn new(word: &str) -> Option<Self> {
        let place = |c: char| {
            c.is_ascii_alphabetic()
                .then(|| (c.to_ascii_lowercase() as u8 - b'a') as i64)
        };
        let places: Vec<i64> = word.chars().map(place).collect::<Option<_>>()?;
        (!places.is_empty()).then_some(KeyWord(places))
    }

    pub fn encrypt(&self, text: &str) -> String {
        self.shift(text, 1)
    }

    pub fn decrypt(&self, text: &str) -> String {
        self.shift(text, -1)
    }

    /// The key moves on at letters only.
    fn shift(&self, text: &str, direction: i64) -> String {
        let mut shifts = self.0.iter().cycle();
        let shifted = text.chars().map(|c| match c.is_ascii_alphabetic() {
            true => shift_letter(c, direction * shifts.next().copied().unwrap_or(0)),
            false => c,
        });
        shifted.collect()
    }
}
// @end

// @feature atbash
/// Exchanges A and Z, B and Y and so on. A second time restores the text.
pub fn atbash(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            'a'..='z' => char::from(b'a' + b'z' - c as u8),
            'A'..='Z' => char::from(b'A' + b'Z' - c as u8),
            _ => c,
        })
        .collect()
}
// @end

// @feature crack
/// Letters per thousand of English text, from A to Z.
const ENGLISH: [f64; 26] = [
    82.0, 15.0, 28.0, 43.0, 127.0, 22.0, 20.0, 61.0, 70.0, 1.5, 7.7, 40.0, 24.0, 67.0, 75.0, 19.0,
    1.0, 60.0, 63.0, 91.0, 28.0, 9.8, 24.0, 1.5, 20.0, 0.7,
];

/// The shift that most likely encrypted an English text, or nothing without letters.
pub fn crack(text: &str) -> Option<i64> {
    let mut counts = [0.0f64; 26];
    for c in text.chars().filter(char::is_ascii_alphabetic) {
        counts[usize::from(c.to_ascii_lowercase() as u8 - b'a')] += 1.0;
    }
    let total: f64 = counts.iter().sum();
    if total == 0.0 {
        return None;
    }
    // Chi-squared distance between the letters found and those expected.
    let distance = |shift: usize| -> f64 {
        (0..26)
            .map(|letter| {
                let expected = ENGLISH[letter] * total / 1000.0;
                (counts[(letter + shift) % 26] - expected).powi(2) / expected
            })
            .sum()
    };
    (0..26)
        .min_by(|&a, &b| distance(a).total_cmp(&distance(b)))
        .map(|shift| shift as i64)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_shifted_around_the_alphabet() {
        assert_eq!(caesar("xyz XYZ", 3), "abc ABC");
        assert_eq!(caesar("abc", -1), "zab");
    }

    #[test]
    fn all_else_stays() {
        assert_eq!(caesar("1, ä!\n", 7), "1, ä!\n");
    }

    #[test]
    fn the_opposite_shift_decrypts() {
        let text = "The quick brown Fox.";
        for shift in -30..=30 {
            assert_eq!(caesar(&caesar(text, shift), -shift), text);
        }
    }

    #[test]
    fn any_shift_is_accepted() {
        assert_eq!(caesar("a", 26), "a");
        assert_eq!(caesar("a", i64::MAX), caesar("a", i64::MAX % 26));
        assert_eq!(caesar("a", i64::MIN), caesar("a", i64::MIN % 26));
    }

    #[test]
    fn thirteen_twice_is_nothing() {
        assert_eq!(caesar(&caesar("Puzzle", 13), 13), "Puzzle");
    }

    // @feature vigenere
    #[test]
    fn key_words_shift_letter_by_letter() {
        let key = KeyWord::new("Lemon").unwrap();
        assert_eq!(key.encrypt("attack at dawn"), "lxfopv ef rnhr");
        assert_eq!(key.decrypt("LXFOPV EF RNHR"), "ATTACK AT DAWN");
        assert_eq!(KeyWord::new(""), None);
        assert_eq!(KeyWord::new("key 1"), None);
    }
    // @end

    // @feature atbash
    #[test]
    fn the_alphabet_is_mirrored() {
        assert_eq!(atbash("Az, m"), "Za, n");
    }
    // @end

    // @feature crack
    #[test]
    fn shifts_are_found() {
        let text = "It was a bright cold day in April, and the clocks were about to strike one";
        for shift in 0..26 {
            assert_eq!(crack(&caesar(text, shift)), Some(shift));
        }
        assert_eq!(crack("123"), None);
    }
    // @end
}
