//! Hangman: the state of a game, and the conversation with the player.

use std::collections::BTreeSet;
use std::io::{self, BufRead, Write};

/// Wrong guesses that lose the game.
pub const LIVES: usize = 6; // @slot lives

/// Stands for a letter that is not found yet.
pub const BLANK: char = '_'; // @slot blank

/// The words to choose from when no others are given.
pub const WORDS: &[&str] = &[
    "anchor", "bicycle", "compass", "dolphin", "elephant", "feather", "glacier", "harbour",
    "island", "journey", "kitchen", "lantern", "mountain", "notebook", "orchard", "penguin",
    "quarter", "rainbow", "saddle", "thunder", "umbrella", "village", "whistle", "yellow",
];

/// What a guess led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Right,
    Wrong,
    Repeated,
    /// Neither a letter nor a word of the right length.
    Unclear,
}

/// One game.
#[derive(Debug, Clone)]
pub struct Game {
    word: String,
    tried: BTreeSet<char>,
    mistakes: usize,
    lives: usize,
    solved: bool,
}

impl Game {
    /// A game for a word of letters; blanks around it do not count.
    pub fn new(word: &str, lives: usize) -> Result<Self, String> {
        let word = word.trim().to_lowercase();
        if word.is_empty() || !word.chars().all(char::is_alphabetic) {
            return Err(format!("'{word}' is not a word of letters"));
        }
        if lives == 0 {
            return Err("a player needs at least one life".to_string());
        }
        Ok(Game {
            word,
            tried: BTreeSet::new(),
            mistakes: 0,
            lives,
            solved: false,
        })
    }

    pub fn word(&self) -> &str {
        &self.word
    }

    pub fn lives_left(&self) -> usize {
        self.lives.saturating_sub(self.mistakes)
    }

    pub fn is_won(&self) -> bool {
        self.solved || self.word.chars().all(|letter| self.tried.contains(&letter))
    }

    pub fn is_over(&self) -> bool {
        self.is_won() || self.lives_left() == 0
    }

    /// The word with blanks for the letters that are missing.
    pub fn shown(&self) -> String {
        let letters: Vec<String> = self
            .word
            .chars()
            .map(|letter| match self.tried.contains(&letter) {
                true => letter.to_string(),
                false => BLANK.to_string(),
            })
            .collect();
        letters.join(" ")
    }

    /// Takes a letter, or the whole word.
    pub fn guess(&mut self, text: &str) -> Outcome {
        let text = text.trim().to_lowercase();
        let mut letters = text.chars();
        let right = match (letters.next(), letters.next()) {
            (Some(letter), None) if letter.is_alphabetic() => {
                if !self.tried.insert(letter) {
                    return Outcome::Repeated;
                }
                self.word.contains(letter)
            }
            (Some(_), Some(_)) if text.chars().count() == self.word.chars().count() => {
                self.solved = text == self.word;
                self.solved
            }
            _ => return Outcome::Unclear,
        };
        match right {
            true => Outcome::Right,
            false => {
                self.mistakes += 1;
                Outcome::Wrong
            }
        }
    }

    // @feature hint
    /// Shows the first missing letter; costs a life, so it is refused to a player who has one.
    pub fn hint(&mut self) -> Option<char> {
        let missing = self
            .word
            .chars()
            .find(|letter| !self.tried.contains(letter))?;
        if self.lives_left() < 2 {
            return None;
        }
        self.mistakes += 1;
        self.tried.insert(missing);
        Some(missing)
    }
    // @end

    // @feature drawing
    /// The gallows, the more complete the fewer lives are left.
    pub fn drawing(&self) -> String {
        // The first sign of each part appears with so many sixths of the mistakes.
        const PICTURE: &str = " +---+\n |   1\n |  324\n |  5 6\n |\n===\n";
        let sixths = self.mistakes * 6 / self.lives;
        PICTURE
            .chars()
            .map(|sign| match sign.to_digit(10) {
                Some(part) if part as usize > sixths => ' ',
                Some(1) => 'O',
                Some(2) => '|',
                Some(3 | 5) => '/',
                Some(_) => '\\',
                None => sign,
            })
            .collect()
    }
    // @end
}

/// The word that a seed chooses.
pub fn choose<T: AsRef<str>>(words: &[T], seed: u64) -> Option<&str> {
    let mixed = (seed ^ (seed >> 31)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let at = (mixed >> 32).checked_rem(words.len() as u64)?;
    words.get(at as usize).map(AsRef::as_ref)
}

// @feature wordlist
/// The words of a list, one per line; lines that are empty or begin with # are skipped.
pub fn read_words(text: &str) -> Result<Vec<String>, String> {
    let lines = text.lines().map(str::trim).enumerate();
    let words: Vec<String> = lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(at, line)| match line.chars().all(char::is_alphabetic) {
            true => Ok(line.to_string()),
            false => Err(format!(
                "line {}: '{line}' is not one word of letters",
                at + 1
            )),
        })
        .collect::<Result<_, _>>()?;
    match words.is_empty() {
        true => Err("the list has no words".to_string()),
        false => Ok(words),
    }
}
// @end

/// Plays a game until it is over or input ends.
pub fn play(
    mut game: Game,
    input: impl BufRead,
    mut out: impl Write,
    quiet: bool,
) -> io::Result<()> {
    if !quiet {
        writeln!(out, "Type a letter or the whole word.")?;
        writeln!(out, "A question mark shows a letter and costs a life.")?; // @feature hint
    }
    let mut lines = input.lines();
    while !game.is_over() {
        // @feature drawing
        if !quiet {
            write!(out, "{}", game.drawing())?;
        }
        // @end
        let left = game.lives_left();
        let lives = if left == 1 { "life" } else { "lives" };
        writeln!(out, "{}, {left} {lives}", game.shown())?;
        let Some(line) = lines.next().transpose()? else {
            return writeln!(out, "end of input, the word was {}", game.word());
        };
        let text = line.trim().to_lowercase();
        // @feature hint
        if text == "?" {
            match game.hint() {
                Some(letter) => writeln!(out, "there is a letter {letter}")?,
                None => writeln!(out, "the last life is not given away")?,
            }
            continue;
        }
        // @end
        match game.guess(&text) {
            Outcome::Right => {}
            Outcome::Wrong => writeln!(out, "no {text}")?,
            Outcome::Repeated => writeln!(out, "'{text}' was tried before")?,
            Outcome::Unclear => writeln!(out, "'{text}' is no letter and does not fit")?,
        }
    }
    // @feature drawing
    if !quiet && !game.is_won() {
        write!(out, "{}", game.drawing())?;
    }
    // @end
    match game.is_won() {
        true => writeln!(out, "found: {}", game.word()),
        false => writeln!(out, "lost, the word was {}", game.word()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn game(word: &str, lives: usize) -> Game {
        Game::new(word, lives).unwrap()
    }

    #[test]
    fn letters_appear_everywhere_in_the_word() {
        let mut banana = game("Banana", 6);
        assert_eq!(banana.guess("A"), Outcome::Right);
        assert_eq!(banana.shown().replace(BLANK, "#"), "# a # a # a");
        assert_eq!(banana.lives_left(), 6);
    }

    #[test]
    fn wrong_letters_cost_a_life_once() {
        let mut sun = game("sun", 2);
        assert_eq!(sun.guess("x"), Outcome::Wrong);
        assert_eq!(sun.guess("X"), Outcome::Repeated);
        assert_eq!(sun.lives_left(), 1);
        assert_eq!(sun.guess("moon"), Outcome::Unclear);
        assert_eq!(sun.guess("7"), Outcome::Unclear);
        assert!(!sun.is_over());
        assert_eq!(sun.guess("son"), Outcome::Wrong);
        assert!(sun.is_over() && !sun.is_won());
    }

    #[test]
    fn all_letters_or_the_word_win() {
        let mut letters = game("pop", 1);
        letters.guess("p");
        letters.guess("o");
        assert!(letters.is_won());
        let mut word = game("Überzug", 1);
        assert_eq!(word.guess("überzug"), Outcome::Right);
        assert!(word.is_won());
    }

    #[test]
    fn only_words_of_letters_are_taken() {
        assert!(Game::new(" ", 6).is_err());
        assert!(Game::new("two words", 6).is_err());
        assert!(Game::new("word", 0).is_err());
        assert!(WORDS.iter().all(|word| Game::new(word, 1).is_ok()));
    }

    #[test]
    fn seeds_choose_different_words() {
        let chosen: BTreeSet<_> = (0..200).map(|seed| choose(WORDS, seed)).collect();
        assert!(chosen.len() > WORDS.len() / 2, "{}", chosen.len());
        assert_eq!(choose(WORDS, 5), choose(WORDS, 5));
        assert_eq!(choose::<&str>(&[], 1), None);
    }

    #[test]
    fn a_conversation_ends_with_the_word() {
        let talk = |input: &str| {
            let mut out = Vec::new();
            play(game("ox", 1), input.as_bytes(), &mut out, false).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(talk("o\n\nx\n").ends_with("found: ox\n"));
        assert!(talk("o\ny\n").ends_with("lost, the word was ox\n"));
        assert!(talk("o\n").ends_with("end of input, the word was ox\n"));
    }

    // @feature drawing
    #[test]
    fn the_drawing_is_complete_when_the_game_is_lost() {
        let mut three = game("a", 3);
        assert!(!three.drawing().contains('O'));
        three.guess("b");
        assert!(three.drawing().contains("|\n") && !three.drawing().contains('\\'));
        three.guess("c");
        three.guess("d");
        assert!(three.drawing().contains("/|\\") && three.drawing().contains("/ \\"));
    }
    // @end

    // @feature hint
    #[test]
    fn a_hint_costs_a_life() {
        let mut hinted = game("cat", 2);
        assert_eq!(hinted.hint(), Some('c'));
        assert_eq!(hinted.lives_left(), 1);
        assert_eq!(hinted.hint(), None);
        assert!(!hinted.is_over());
    }
    // @end

    // @feature wordlist
    #[test]
    fn lists_of_words_are_read() {
        assert_eq!(
            read_words("# fruit\npear\n\n fig \n").unwrap(),
            ["pear", "fig"]
        );
        assert!(read_words("pear\n2 figs\n")
            .unwrap_err()
            .starts_with("line 2"));
        assert!(read_words("").is_err());
    }
    // @end
}
