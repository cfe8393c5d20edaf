//! Finding a text in another and replacing it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Appended to the name of a file while its new content is written.
const SUFFIX: &str = ".new"; // @slot suffix

/// What to look for and what to put in its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Replacement {
    find: String,
    with: String,
    pub ignore_case: bool, // @feature ignore_case
    pub whole_words: bool, // @feature whole_words
}

impl Replacement {
    /// There is nothing to find for an empty text.
    pub fn new(find: &str, with: &str) -> Option<Self> {
        (!find.is_empty()).then(|| Replacement {
            find: find.to_string(),
            with: with.to_string(),
            ..Replacement::default()
        })
    }

    /// The text with the replacements made, and their number.
    pub fn apply(&self, text: &str) -> (String, usize) {
        let mut result = String::with_capacity(text.len());
        let mut count = 0;
        let mut kept = 0;
        let mut at = 0;
        while at < text.len() {
            match self.match_at(text, at) {
                Some(end) => {
                    result.push_str(&text[kept..at]);
                    result.push_str(&self.with);
                    count += 1;
                    at = end;
                    kept = end;
                }
                None => at += text[at..].chars().next().map_or(1, char::len_utf8),
            }
        }
        result.push_str(&text[kept..]);
        (result, count)
    }

    /// Where a match that begins at `at` ends.
    fn match_at(&self, text: &str, at: usize) -> Option<usize> {
        let end = self.end_of_match(text, at)?;
        // @feature whole_words
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let inside = text[..at].chars().next_back().is_some_and(is_word)
            || text[end..].chars().next().is_some_and(is_word);
        if self.whole_words && inside {
            return None;
        }
        // @end
        Some(end)
    }

    fn end_of_match(&self, text: &str, at: usize) -> Option<usize> {
        // @feature ignore_case
        if self.ignore_case {
            let mut end = at;
            let mut chars = text[at..].chars();
            for wanted in self.find.chars() {
                let found = chars.next()?;
                if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
                    return None;
                }
                end += found.len_utf8();
            }
            return Some(end);
        }
        // @end
        text[at..]
            .starts_with(&self.find)
            .then_some(at + self.find.len())
    }

    /// Makes the replacements in a file, if there are any, and returns their number.
    pub fn apply_to_file(&self, path: &Path) -> io::Result<usize> {
        let (text, count) = self.apply(&fs::read_to_string(path)?);
        if count > 0 {
            let fresh = with_suffix(path, SUFFIX);
            fs::write(&fresh, text)?;
            fs::set_permissions(&fresh, fs::metadata(path)?.permissions())?;
            fs::rename(&fresh, path)?;
        }
        Ok(count)
    }

    // @feature preview
    /// The lines that would change: number, old and new text.
    pub fn preview(&self, text: &str) -> Vec<(usize, String, String)> {
        let changed = |(number, line): (usize, &str)| {
            let (new, count) = self.apply(line);
            (count > 0).then(|| (number, line.to_string(), new))
        };
        (1..).zip(text.lines()).filter_map(changed).collect()
    }
    // @end
}

// @feature backup
/// Copies a file to one with `.bak` appended to its name.
pub fn back_up(path: &Path) -> io::Result<PathBuf> {
    let copy = with_suffix(path, ".bak");
    fs::copy(path, &copy)?;
    Ok(copy)
}
// @end

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str, find: &str, with: &str) -> (String, usize) {
        Replacement::new(find, with).unwrap().apply(text)
    }

    #[test]
    fn every_occurrence_is_replaced() {
        assert_eq!(replaced("a-b-c", "-", "+"), ("a+b+c".to_string(), 2));
        assert_eq!(replaced("aaa", "aa", "b"), ("ba".to_string(), 1));
        assert_eq!(replaced("none", "x", "y"), ("none".to_string(), 0));
    }

    #[test]
    fn replacements_are_not_searched_again() {
        assert_eq!(replaced("ab", "a", "aa"), ("aab".to_string(), 1));
    }

    #[test]
    fn unicode_is_handled() {
        assert_eq!(
            replaced("grün, grün", "ün", "au"),
            ("grau, grau".to_string(), 2)
        );
    }

    #[test]
    fn nothing_cannot_be_searched() {
        assert_eq!(Replacement::new("", "x"), None);
    }

    #[test]
    fn files_are_changed_only_when_there_is_a_match() {
        let path = std::env::temp_dir().join(format!("replace-{}.txt", std::process::id()));
        fs::write(&path, "one two two").unwrap();
        let count = |find: &str| {
            Replacement::new(find, "2")
                .unwrap()
                .apply_to_file(&path)
                .unwrap()
        };
        assert_eq!((count("three"), count("two")), (0, 2));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one 2 2");
        fs::remove_file(&path).unwrap();
    }

    // @feature ignore_case
    #[test]
    fn case_can_be_ignored() {
        let mut replacement = Replacement::new("straÙe", "x").unwrap();
        replacement.ignore_case = true;
        assert_eq!(
            replacement.apply("STRAùE straù"),
            ("x straù".to_string(), 1)
        );
    }
    // @end

    // @feature whole_words
    #[test]
    fn whole_words_only() {
        let mut replacement = Replacement::new("cat", "dog").unwrap();
        replacement.whole_words = true;
        assert_eq!(
            replacement.apply("cat cats (cat) tomcat").0,
            "dog cats (dog) tomcat"
        );
    }
    // @end

    // @feature preview
    #[test]
    fn previews_show_changed_lines() {
        let lines = Replacement::new("b", "x").unwrap().preview("a\nb\n");
        assert_eq!(lines, [(2, "b".to_string(), "x".to_string())]);
    }
    // @end

    // @feature backup
    #[test]
    fn backups_hold_the_old_text() {
        let path = std::env::temp_dir().join(format!("backup-{}.txt", std::process::id()));
        fs::write(&path, "old").unwrap();
        let copy = back_up(&path).unwrap();
        assert_eq!(fs::read_to_string(&copy).unwrap(), "old");
        fs::remove_file(&path)
            .and_then(|()| fs::remove_file(&copy))
            .unwrap();
    }
    // @end
}
