//! Spelling: words, distances between them, and suggestions.

use std::collections::HashSet;

/// The greatest distance of a suggestion from the unknown word.
pub const MAX_DISTANCE: usize = 2; // @slot distance

/// Suggestions for a word at most.
pub const SUGGESTIONS: usize = 3; // @slot suggestions

/// How many letters have to be inserted, removed, replaced or exchanged with their neighbour to
/// turn one word into the other.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    // Only three rows of the table are needed at a time.
    let mut two_above = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    let mut row = vec![0; b.len() + 1];
    for i in 1..=a.len() {
        row[0] = i;
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            row[j] = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(two_above[j - 2] + 1);
            }
        }
        std::mem::swap(&mut two_above, &mut above);
        std::mem::swap(&mut above, &mut row);
    }
    above[b.len()]
}

/// A word that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    pub line: usize,
    pub word: String,
    pub suggestions: Vec<String>,
}

/// Known words, kept in lower case.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    words: HashSet<String>,
}

impl Dictionary {
    /// The words of a list, separated by white space.
    pub fn new(list: &str) -> Self {
        Dictionary {
            words: list.split_whitespace().map(str::to_lowercase).collect(),
        }
    }

    pub fn len(&self) -> usize {
        self.words.len()
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    // @feature ignore
    pub fn add(&mut self, word: &str) {
        self.words.insert(word.to_lowercase());
    }
    // @end

    /// A possessive such as "dog's" is known with its noun.
    pub fn contains(&self, word: &str) -> bool {
        let word = word.to_lowercase();
        let noun = word.strip_suffix("'s").unwrap_or(&word);
        self.words.contains(&word) || self.words.contains(noun)
    }

    /// The nearest known words: by distance, then in alphabetical order.
    pub fn suggest(&self, word: &str) -> Vec<String> {
        let word = word.to_lowercase();
        let length = word.chars().count();
        let mut near: Vec<(usize, &String)> = self
            .words
            .iter()
            .filter(|known| known.chars().count().abs_diff(length) <= MAX_DISTANCE)
            .map(|known| (distance(&word, known), known))
            .filter(|(distance, _)| *distance <= MAX_DISTANCE)
            .collect();
        near.sort_unstable();
        near.into_iter()
            .take(SUGGESTIONS)
            .map(|(_, word)| word.clone())
            .collect()
    }

    /// The unknown words of a text in order, each at its first place only.
    pub fn check(&self, text: &str) -> Vec<Unknown> {
        let mut seen = HashSet::new();
        let mut unknown = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            for word in words(content) {
                if !self.contains(word) && seen.insert(word.to_lowercase()) {
                    let suggestions = self.suggest(word);
                    unknown.push(Unknown {
                        line,
                        word: word.to_string(),
                        suggestions,
                    });
                }
            }
        }
        unknown
    }
}

/// The words of a line: letters, with apostrophes inside. What has digits is no word.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_alphanumeric() || c == '\''))
        .map(|word| word.trim_matches('\''))
        .filter(|word| !word.is_empty() && !word.chars().any(char::is_numeric))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_the_fewest_edits() {
        for (a, b, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("kitten", "sitting", 3),
            ("flaw", "lawn", 2),
            ("form", "from", 1),
            ("über", "uber", 1),
        ] {
            assert_eq!(distance(a, b), expected, "{a} {b}");
            assert_eq!(distance(b, a), expected, "{b} {a}");
        }
    }

    #[test]
    fn known_words_are_known_in_any_case() {
        let dictionary = Dictionary::new("Tea dog");
        assert!(dictionary.contains("TEA") && dictionary.contains("dog's"));
        assert!(!dictionary.contains("teas"));
        assert_eq!(dictionary.len(), 2);
    }

    #[test]
    fn the_nearest_words_come_first() {
        let dictionary = Dictionary::new("hose house mouse horse elephant");
        assert_eq!(
            dictionary.suggest("houze").first().map(String::as_str),
            Some("house")
        );
        assert!(dictionary.suggest("houze").len() <= SUGGESTIONS);
        assert!(dictionary.suggest("zzzzzzzzzzzz").is_empty());
    }

    #[test]
    fn unknown_words_are_reported_once_with_their_line() {
        let dictionary = Dictionary::new("the cat sat");
        let unknown = dictionary.check("The cat\nsatt. The Satt!");
        assert_eq!(unknown.len(), 1);
        assert_eq!((unknown[0].line, unknown[0].word.as_str()), (2, "satt"));
        assert!(unknown[0].suggestions.contains(&"sat".to_string()));
    }

    #[test]
    fn numbers_are_no_words() {
        let found: Vec<_> = words("don't 'quote' 3rd x2 end.").collect();
        assert_eq!(found, ["don't", "quote", "end"]);
    }

    // @feature ignore
    #[test]
    fn added_words_are_known() {
        let mut dictionary = Dictionary::default();
        assert!(dictionary.is_empty());
        dictionary.add("Rust");
        assert!(dictionary.contains("rust"));
    }
    // @end
}
