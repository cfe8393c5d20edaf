//! A prefix tree of words.

use std::collections::BTreeMap;

/// How many completions are listed.
pub const LIMIT: usize = 10; // @slot limit

#[derive(Debug, Default, Clone)]
struct Node {
    children: BTreeMap<char, Node>,
    count: u64, // how often the word that ends here was inserted
}

/// Words with the number of times each was inserted.
#[derive(Debug, Default, Clone)]
pub struct Trie {
    root: Node,
    words: usize,
}

impl Trie {
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of different words.
    pub fn len(&self) -> usize {
        self.words
    }

    pub fn is_empty(&self) -> bool {
        self.words == 0
    }

    /// Inserts a word; the empty one is ignored.
    pub fn insert(&mut self, word: &str) {
        if word.is_empty() {
            return;
        }
        let mut node = &mut self.root;
        for c in word.chars() {
            node = node.children.entry(c).or_default();
        }
        self.words += usize::from(node.count == 0);
        node.count += 1;
    }

    /// How often a word was inserted.
    pub fn count(&self, word: &str) -> u64 {
        self.node(word).map_or(0, |node| node.count)
    }

    pub fn contains(&self, word: &str) -> bool {
        self.count(word) > 0
    }

    /// At most `limit` words that begin with `prefix`: the most frequent first, then in
    /// alphabetical order.
    pub fn complete(&self, prefix: &str, limit: usize) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(node) = self.node(prefix) {
            collect(node, prefix, &mut found);
        }
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        found
            .into_iter()
            .take(limit)
            .map(|(word, _)| word)
            .collect()
    }

    fn node(&self, prefix: &str) -> Option<&Node> {
        prefix
            .chars()
            .try_fold(&self.root, |node, c| node.children.get(&c))
    }

    // @feature remove
    /// Removes a word with all its occurrences and the branches that lead nowhere then.
    pub fn remove(&mut self, word: &str) -> bool {
        if !self.contains(word) {
            return false;
        }
        let letters: Vec<char> = word.chars().collect();
        // The branch can be cut behind the last node that serves another word.
        let mut node = &self.root;
        let mut cut = 0;
        for (at, c) in letters.iter().enumerate() {
            if node.children.len() > 1 || node.count > 0 {
                cut = at;
            }
            match node.children.get(c) {
                Some(child) => node = child,
                None => return false,
            }
        }
        let is_inner = !node.children.is_empty();
        let mut node = &mut self.root;
        let end = if is_inner { letters.len() } else { cut };
        for c in &letters[..end] {
            match node.children.get_mut(c) {
                Some(child) => node = child,
                None => return false,
            }
        }
        if is_inner {
            node.count = 0;
        } else {
            node.children.remove(&letters[cut]);
        }
        self.words -= 1;
        true
    }
    // @end

    // @feature wildcard
    /// The words of the pattern's length that agree with it; `?` agrees with any letter.
    pub fn matches(&self, pattern: &str) -> Vec<String> {
        let mut open = vec![(&self.root, String::new())];
        for wanted in pattern.chars() {
            let mut next = Vec::new();
            for (node, word) in open {
                let fits = node
                    .children
                    .iter()
                    .filter(|(c, _)| wanted == '?' || wanted == **c);
                next.extend(fits.map(|(c, child)| (child, format!("{word}{c}"))));
            }
            open = next;
        }
        open.into_iter()
            .filter(|(node, _)| node.count > 0)
            .map(|(_, word)| word)
            .collect()
    }
    // @end

    // @feature longest
    /// The longest word that `text` begins with.
    pub fn longest_prefix<'a>(&self, text: &'a str) -> Option<&'a str> {
        let mut node = &self.root;
        let mut end = None;
        for (at, c) in text.char_indices() {
            match node.children.get(&c) {
                Some(child) => node = child,
                None => break,
            }
            if node.count > 0 {
                end = Some(at + c.len_utf8());
            }
        }
        end.map(|end| &text[..end])
    }
    // @end
}

/// All words below a node. The nodes still to visit are kept in a list, so that long words need
/// no deep recursion.
fn collect(node: &Node, prefix: &str, found: &mut Vec<(String, u64)>) {
    let mut open = vec![(node, prefix.to_string())];
    while let Some((node, word)) = open.pop() {
        open.extend(
            node.children
                .iter()
                .map(|(c, child)| (child, format!("{word}{c}"))),
        );
        if node.count > 0 {
            found.push((word, node.count));
        }
    }
}

impl<'a> FromIterator<&'a str> for Trie {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut trie = Trie::new();
        words.into_iter().for_each(|word| trie.insert(word));
        trie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Trie {
        "car cart cat dog cat über".split(' ').collect()
    }

    #[test]
    fn words_are_found_and_prefixes_are_not() {
        let trie = sample();
        assert!(trie.contains("cart") && trie.contains("über"));
        assert!(!trie.contains("ca") && !trie.contains("") && !trie.contains("carts"));
        assert_eq!(trie.len(), 5);
    }

    #[test]
    fn frequent_words_come_first() {
        assert_eq!(sample().complete("ca", 9), ["cat", "car", "cart"]);
        assert_eq!(sample().complete("ca", 1), ["cat"]);
    }

    #[test]
    fn every_word_begins_with_nothing() {
        assert_eq!(sample().complete("", 99).len(), 5);
        assert!(sample().complete("x", 99).is_empty());
    }

    #[test]
    fn occurrences_are_counted() {
        assert_eq!((sample().count("cat"), sample().count("cow")), (2, 0));
    }

    #[test]
    fn the_empty_word_is_ignored() {
        let mut trie = Trie::new();
        trie.insert("");
        assert!(trie.is_empty());
    }

    // @feature remove
    #[test]
    fn removing_leaves_the_other_words() {
        let mut trie = sample();
        assert!(trie.remove("car") && !trie.remove("car") && !trie.remove("ca"));
        assert_eq!(trie.complete("ca", 9), ["cat", "cart"]);
        assert!(trie.remove("cart") && trie.remove("cat") && trie.remove("dog"));
        assert_eq!(trie.complete("", 9), ["über"]);
        assert!(trie.remove("über") && trie.is_empty());
        assert!(trie.root.children.is_empty());
    }

    #[test]
    fn a_shorter_word_survives_the_longer_one() {
        let mut trie = sample();
        assert!(trie.remove("cart"));
        assert!(trie.contains("car") && trie.len() == 4);
    }
    // @end

    // @feature wildcard
    #[test]
    fn patterns_have_gaps() {
        assert_eq!(sample().matches("ca?"), ["car", "cat"]);
        assert_eq!(sample().matches("????"), ["cart", "über"]);
        assert!(sample().matches("").is_empty());
    }
    // @end

    // @feature longest
    #[test]
    fn the_longest_prefix_is_a_word() {
        assert_eq!(sample().longest_prefix("cartoon"), Some("cart"));
        assert_eq!(sample().longest_prefix("catalog"), Some("cat"));
        assert_eq!(sample().longest_prefix("cow"), None);
    }
    // @end
}
