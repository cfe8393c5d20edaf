//! A number guessing game: the secret, the answers to guesses, and the conversation.

use std::io::{self, BufRead, Write};

/// The numbers among which the secret is, when no other range is given.
pub const LOW: i64 = 1; // @slot low
pub const HIGH: i64 = 100; // @slot high

/// How many guesses the player has.
pub const TRIES: u32 = 10; // @slot tries

/// What is to be played.
#[derive(Debug, Clone)]
pub struct Settings {
    pub low: i64,
    pub high: i64,
    pub tries: u32,
    pub seed: u64,
    // @feature rounds
    pub rounds: u32,
    // @end
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            low: LOW.min(HIGH),
            high: HIGH.max(LOW),
            tries: TRIES,
            seed: 1,
            rounds: 1, // @feature rounds
        }
    }
}

/// A number from `low` to `high`, the same one for the same seed.
pub fn secret(low: i64, high: i64, seed: u64) -> i64 {
    let mut mixed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    for shift in [30, 27, 31] {
        mixed = (mixed ^ (mixed >> shift)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    }
    let size = i128::from(high) - i128::from(low) + 1;
    // The mixed bits are a fraction of 2^64; the same fraction of the range is the number.
    let offset = (i128::from(mixed >> 1) * size) >> 63;
    low.wrapping_add(offset as i64)
}

/// What is said to a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    TooLow,
    TooHigh,
    Found,
}

/// One round: a secret and the guesses that are left.
#[derive(Debug, Clone)]
pub struct Round {
    secret: i64,
    pub used: u32,
    tries: u32,
    // @feature warmth
    distance: Option<u64>,
    // @end
}

impl Round {
    pub fn new(secret: i64, tries: u32) -> Self {
        Round {
            secret,
            used: 0,
            tries,
            distance: None, // @feature warmth
        }
    }

    pub fn guess(&mut self, number: i64) -> Answer {
        self.used += 1;
        match number.cmp(&self.secret) {
            std::cmp::Ordering::Less => Answer::TooLow,
            std::cmp::Ordering::Greater => Answer::TooHigh,
            std::cmp::Ordering::Equal => Answer::Found,
        }
    }

    pub fn left(&self) -> u32 {
        self.tries.saturating_sub(self.used)
    }

    // @feature warmth
    /// Whether a guess is nearer than the one before. The first guess has nothing before it.
    pub fn warmth(&mut self, number: i64) -> &'static str {
        let now = number.abs_diff(self.secret);
        match self.distance.replace(now) {
            Some(before) if now < before => ", warmer",
            Some(before) if now > before => ", colder",
            Some(_) => ", as warm as before",
            None => "",
        }
    }
    // @end
}

fn counted(count: u32) -> String {
    format!("{count} guess{}", if count == 1 { "" } else { "es" })
}

/// Plays one round. Returns the guesses that were needed, or nothing if it was not solved.
fn play_round(
    lines: &mut impl Iterator<Item = io::Result<String>>,
    out: &mut impl Write,
    settings: &Settings,
    seed: u64,
) -> io::Result<Option<u32>> {
    let Settings { low, high, .. } = *settings;
    let mut round = Round::new(secret(low, high, seed), settings.tries);
    writeln!(
        out,
        "I think of a number from {low} to {high}. You have {}.",
        counted(settings.tries)
    )?;
    while round.left() > 0 {
        let Some(line) = lines.next().transpose()? else {
            writeln!(out, "end of input")?;
            return Ok(None);
        };
        let text = line.trim();
        let number = match text.parse::<i64>() {
            Ok(number) if (low..=high).contains(&number) => number,
            _ => {
                writeln!(out, "'{text}' is not a number from {low} to {high}")?;
                continue;
            }
        };
        let answer = match round.guess(number) {
            Answer::TooLow => "too low",
            Answer::TooHigh => "too high",
            Answer::Found => {
                writeln!(out, "found after {}", counted(round.used))?;
                return Ok(Some(round.used));
            }
        };
        write!(out, "{answer}")?;
        write!(out, "{}", round.warmth(number))?; // @feature warmth
        writeln!(out, ", {} left", round.left())?;
    }
    writeln!(out, "it was {}", round.secret)?;
    Ok(None)
}

/// Plays what the settings say, until input ends.
pub fn play(input: impl BufRead, mut out: impl Write, settings: &Settings) -> io::Result<()> {
    let mut lines = input.lines();
    // @feature rounds
    if settings.rounds > 1 {
        let mut best: Option<u32> = None;
        for round in 0..settings.rounds {
            writeln!(out, "round {} of {}", round + 1, settings.rounds)?;
            let seed = settings.seed.wrapping_add(u64::from(round));
            let used = play_round(&mut lines, &mut out, settings, seed)?;
            best = best.into_iter().chain(used).min();
        }
        return match best {
            Some(used) => writeln!(out, "best result: {}", counted(used)),
            None => writeln!(out, "no number was found"),
        };
    }
    // @end
    play_round(&mut lines, &mut out, settings, settings.seed).map(|_| ())
}

// @feature reverse
/// Finds the number that the player thinks of by halving what is left.
pub fn play_reverse(
    input: impl BufRead,
    mut out: impl Write,
    settings: &Settings,
) -> io::Result<()> {
    let (mut low, mut high) = (i128::from(settings.low), i128::from(settings.high));
    writeln!(
        out,
        "Think of a number from {low} to {high}. Answer my guesses with lower, higher or yes."
    )?;
    let mut lines = input.lines();
    let mut used = 0;
    while low <= high {
        let guess = low + (high - low) / 2;
        used += 1;
        writeln!(out, "is it {guess}?")?;
        loop {
            let Some(line) = lines.next().transpose()? else {
                return writeln!(out, "end of input");
            };
            match line.trim().to_lowercase().as_str() {
                "l" | "lower" => high = guess - 1,
                "h" | "higher" => low = guess + 1,
                "y" | "yes" => return writeln!(out, "I needed {}", counted(used)),
                _ => {
                    writeln!(out, "please answer lower, higher or yes")?;
                    continue;
                }
            }
            break;
        }
    }
    writeln!(out, "no number is left: one of the answers was wrong")
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            low: 1,
            high: 100,
            tries: 7,
            ..Settings::default()
        }
    }

    fn conversation(input: &str, settings: &Settings) -> String {
        let mut out = Vec::new();
        play(input.as_bytes(), &mut out, settings).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn secrets_are_in_the_range_and_reach_all_of_it() {
        let mut seen = [false; 10];
        for seed in 0..500 {
            let number = secret(-4, 5, seed);
            seen[(number + 4) as usize] = true;
        }
        assert!(seen.iter().all(|s| *s));
        assert_eq!(secret(7, 7, 3), 7);
        assert_eq!(secret(1, 1000, 3), secret(1, 1000, 3));
        let whole = secret(i64::MIN, i64::MAX, 9);
        assert_eq!(whole, secret(i64::MIN, i64::MAX, 9));
    }

    #[test]
    fn guesses_are_answered() {
        let mut round = Round::new(42, 3);
        assert_eq!(round.guess(41), Answer::TooLow);
        assert_eq!(round.guess(43), Answer::TooHigh);
        assert_eq!(round.guess(42), Answer::Found);
        assert_eq!((round.used, round.left()), (3, 0));
    }

    #[test]
    fn halving_always_finds_the_number_in_seven_guesses() {
        for seed in 0..50 {
            let (mut low, mut high) = (1, 100);
            let mut round = Round::new(secret(1, 100, seed), 7);
            loop {
                assert!(round.left() > 0);
                let middle = (low + high) / 2;
                match round.guess(middle) {
                    Answer::TooLow => low = middle + 1,
                    Answer::TooHigh => high = middle - 1,
                    Answer::Found => break,
                }
            }
        }
    }

    #[test]
    fn the_secret_is_told_when_guesses_are_used_up() {
        let wrong = if secret(1, 100, 1) == 1 { "2\n" } else { "1\n" };
        let text = conversation(&wrong.repeat(9), &settings());
        assert!(text.ends_with(&format!("it was {}\n", secret(1, 100, 1))));
        assert_eq!(text.matches(" left").count(), 7);
    }

    #[test]
    fn what_is_not_a_number_costs_nothing() {
        let text = conversation("x\n0\n101\n", &settings());
        assert_eq!(text.matches("is not a number from 1 to 100").count(), 3);
        assert!(!text.contains(" left") && text.ends_with("end of input\n"));
    }

    // @feature warmth
    #[test]
    fn nearer_guesses_are_warmer() {
        let mut round = Round::new(50, 9);
        let said: Vec<&str> = [10, 20, 90, 10].map(|number| round.warmth(number)).into();
        assert_eq!(said, ["", ", warmer", ", colder", ", as warm as before"]);
    }
    // @end

    // @feature reverse
    #[test]
    fn the_computer_guesses() {
        let talk = |input: &str| {
            let mut out = Vec::new();
            play_reverse(input.as_bytes(), &mut out, &settings()).unwrap();
            String::from_utf8(out).unwrap()
        };
        let text = talk("what\nhigher\nL\nyes\n");
        assert!(text.contains("is it 50?\nplease answer"), "{text}");
        assert!(text.ends_with("is it 75?\nis it 62?\nI needed 3 guesses\n"));
        assert!(talk(&"lower\n".repeat(9)).contains("one of the answers was wrong"));
        assert!(talk("").ends_with("end of input\n"));
    }
    // @end

    // @feature rounds
    #[test]
    fn the_best_round_is_told() {
        let three = Settings {
            low: 6,
            high: 6,
            rounds: 3,
            ..settings()
        };
        let text = conversation("6\n6\n", &three);
        assert!(text.ends_with("best result: 1 guess\n"), "{text}");
        assert!(conversation("", &three).ends_with("no number was found\n"));
    }
    // @end
}
