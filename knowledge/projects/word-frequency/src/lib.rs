//! Counting words: what a word is, how often each occurs, and how to show it.

use std::collections::HashMap;

/// How many words are listed unless the user asks for another number.
pub const DEFAULT_TOP: usize = 10; // @slot top

// @feature stopwords
/// Words too common in English to say anything about a text.
const STOPWORDS: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "had", "has", "have",
    "he", "her", "his", "i", "in", "is", "it", "its", "not", "of", "on", "or", "she", "that",
    "the", "their", "they", "this", "to", "was", "we", "were", "with", "you",
];
// @end

/// What was counted. Texts can be added one after another.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct WordCount {
    pub lines: usize,
    pub words: usize,
    pub characters: usize,
    counts: HashMap<String, usize>,
}

impl WordCount {
    pub fn of(text: &str) -> Self {
        let mut count = WordCount::default();
        count.add(text);
        count
    }

    pub fn add(&mut self, text: &str) {
        self.lines += text.lines().count();
        self.characters += text.chars().count();
        for word in words(text) {
            self.words += 1;
            *self.counts.entry(word).or_insert(0) += 1;
        }
    }

    pub fn different_words(&self) -> usize {
        self.counts.len()
    }

    /// Keeps only the words that `wanted` accepts in the list; the totals stay.
    pub fn retain(&mut self, wanted: impl Fn(&str) -> bool) {
        self.counts.retain(|word, _| wanted(word));
    }

    // @feature stopwords
    /// Leaves out the common words of English.
    pub fn drop_stopwords(&mut self) {
        self.retain(|word| !STOPWORDS.contains(&word));
    }
    // @end

    // @feature minimum
    /// Leaves out words with fewer than `length` characters.
    pub fn drop_shorter(&mut self, length: usize) {
        self.retain(|word| word.chars().count() >= length);
    }
    // @end

    /// The `limit` most frequent words; equally frequent ones in alphabetical order.
    pub fn top(&self, limit: usize) -> Vec<(&str, usize)> {
        let mut list: Vec<(&str, usize)> = self
            .counts
            .iter()
            .map(|(word, &count)| (word.as_str(), count))
            .collect();
        list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        list.truncate(limit);
        list
    }

    /// The totals in one line.
    pub fn summary(&self) -> String {
        format!(
            "lines {}, words {}, characters {}, different words {}",
            self.lines,
            self.words,
            self.characters,
            self.different_words()
        )
    }
}

/// The words of a text in lower case: runs of letters and digits, with apostrophes and hyphens
/// only inside.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}' | '-')))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// The list as a table with the counts first.
pub fn table(list: &[(&str, usize)]) -> String {
    list.iter()
        .map(|(word, count)| format!("{count:>7} {word}\n"))
        .collect()
}

// @feature csv
/// The list as comma separated values. Words hold no character that would need quoting.
pub fn csv(list: &[(&str, usize)]) -> String {
    let rows: String = list
        .iter()
        .map(|(word, count)| format!("{word},{count}\n"))
        .collect();
    format!("word,count\n{rows}")
}
// @end

// @feature bars
/// The list with bars; the longest is `width` characters wide.
pub fn bars(list: &[(&str, usize)], width: usize) -> String {
    let most = list.iter().map(|(_, count)| *count).max().unwrap_or(1);
    let column = list
        .iter()
        .map(|(word, _)| word.chars().count())
        .max()
        .unwrap_or(0);
    list.iter()
        .map(|(word, count)| {
            let bar = "#".repeat((count * width).div_ceil(most));
            format!("{word:<column$} {bar} {count}\n")
        })
        .collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_and_punctuation_do_not_matter() {
        let count = WordCount::of("Tea, tea; TEA!");
        assert_eq!(count.top(5), [("tea", 3)]);
    }

    #[test]
    fn apostrophes_and_hyphens_belong_inside_a_word_only() {
        let found: Vec<_> = words("don't 'quote' well-known - end-").collect();
        assert_eq!(found, ["don't", "quote", "well-known", "end"]);
    }

    #[test]
    fn totals_are_counted() {
        let count = WordCount::of("one two\nzwölf\n");
        assert_eq!((count.lines, count.words, count.characters), (2, 3, 14));
        assert_eq!(count.different_words(), 3);
    }

    #[test]
    fn the_list_is_ordered_and_limited() {
        let count = WordCount::of("b a c b c b");
        assert_eq!(count.top(2), [("b", 3), ("c", 2)]);
        assert_eq!(WordCount::of("z y x").top(2), [("x", 1), ("y", 1)]);
    }

    #[test]
    fn texts_add_up() {
        let mut count = WordCount::of("a b");
        count.add("b c");
        assert_eq!(count.top(1), [("b", 2)]);
    }

    #[test]
    fn an_empty_text_has_no_words() {
        assert_eq!(WordCount::of("").top(3), []);
        assert_eq!(table(&[]), "");
    }

    // @feature stopwords
    #[test]
    fn stopwords_leave_the_totals_alone() {
        let mut count = WordCount::of("the end of the road");
        count.drop_stopwords();
        assert_eq!(count.words, 5);
        assert_eq!(count.top(9), [("end", 1), ("road", 1)]);
    }
    // @end

    // @feature minimum
    #[test]
    fn short_words_are_left_out() {
        let mut count = WordCount::of("a bee sees");
        count.drop_shorter(3);
        assert_eq!(count.different_words(), 2);
    }
    // @end

    // @feature csv
    #[test]
    fn csv_has_a_header() {
        assert_eq!(csv(&[("tea", 2)]), "word,count\ntea,2\n");
    }
    // @end

    // @feature bars
    #[test]
    fn bars_are_in_proportion() {
        assert_eq!(bars(&[("tea", 4), ("pot", 2)], 4), "tea #### 4\npot ## 2\n");
    }
    // @end
}
