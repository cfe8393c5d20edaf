//! Dice in the notation of role-playing games: `2d6+3` is two dice with six sides plus three.

use std::fmt;
use std::str::FromStr;

/// The most dice in one expression.
pub const MAX_DICE: u32 = 1000; // @slot max_dice

/// The most sides of a die.
pub const MAX_SIDES: u32 = 1000000;

/// The seed when nobody gives one.
pub const DEFAULT_SEED: u64 = 1; // @slot seed

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiceError(String);

impl fmt::Display for DiceError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for DiceError {}

// @feature keep
/// Which dice of a throw count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Highest(u32),
    Lowest(u32),
}
// @end

/// Dice that are thrown together, or a fixed number if they have one side.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    negative: bool,
    count: u32,
    sides: u32,
    keep: Option<Keep>, // @feature keep
    explodes: bool,     // @feature exploding
}

/// An expression such as `2d6+1d4-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dice {
    terms: Vec<Term>,
}

/// The outcome of a throw: the sum, and every term with its dice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throw {
    pub total: i64,
    pub dice: Vec<Vec<u32>>,
}

impl fmt::Display for Throw {
    /// `[4, 2] [3] = 9`
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for dice in self.dice.iter().filter(|dice| !dice.is_empty()) {
            write!(f, "{dice:?} ")?;
        }
        write!(f, "= {}", self.total)
    }
}

/// A small generator of random numbers: the same seed gives the same dice.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    /// A number from 1 to `sides`; all are equally likely.
    pub fn die(&mut self, sides: u32) -> u32 {
        let sides = u64::from(sides.max(1));
        let usable = u64::MAX - u64::MAX % sides;
        loop {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let mixed = mixed ^ (mixed >> 31);
            if mixed < usable {
                return (mixed % sides) as u32 + 1;
            }
        }
    }
}

impl FromStr for Dice {
    type Err = DiceError;

    fn from_str(text: &str) -> Result<Self, DiceError> {
        let text: String = text.to_lowercase().split_whitespace().collect();
        let mut terms = Vec::new();
        let mut rest = text.as_str();
        while !rest.is_empty() || terms.is_empty() {
            let negative = rest.starts_with('-');
            let body = rest.strip_prefix(['+', '-']).unwrap_or(rest);
            let end = body.find(['+', '-']).unwrap_or(body.len());
            terms.push(parse_term(&body[..end], negative)?);
            rest = &body[end..];
        }
        let thrown = terms
            .iter()
            .filter(|term| term.sides > 1)
            .map(|term| u64::from(term.count));
        if thrown.sum::<u64>() > u64::from(MAX_DICE) {
            return Err(DiceError(format!("more than {MAX_DICE} dice")));
        }
        Ok(Dice { terms })
    }
}

/// Reads `2d6`, `d20`, `d%` or `5`.
fn parse_term(text: &str, negative: bool) -> Result<Term, DiceError> {
    let wrong = || DiceError(format!("'{text}' is neither dice like 2d6 nor a number"));
    let body = text;
    // @feature exploding
    let (body, explodes) = match body.strip_suffix('!') {
        Some(body) => (body, true),
        None => (body, false),
    };
    // @end
    // @feature keep
    let (body, keep) = match body.split_once('k') {
        Some((body, kept)) => (body, Some(parse_keep(kept).ok_or_else(wrong)?)),
        None => (body, None),
    };
    // @end
    let number = |digits: &str| {
        let digits = Some(digits).filter(|d| d.bytes().all(|b| b.is_ascii_digit()));
        digits
            .and_then(|digits| digits.parse::<u32>().ok())
            .ok_or_else(wrong)
    };
    let (count, sides) = match body.split_once('d') {
        Some(("", sides)) => ("1", Some(sides)),
        Some((count, sides)) => (count, Some(sides)),
        None => (body, None),
    };
    let plain = body == text;
    let term = Term {
        negative,
        count: number(count)?,
        sides: match sides {
            None if plain => 1,
            None => return Err(wrong()),
            Some("%") => 100,
            Some(sides) => number(sides)?,
        },
        keep,     // @feature keep
        explodes, // @feature exploding
    };
    let fits = (2..=MAX_SIDES).contains(&term.sides) && term.count > 0;
    match fits || sides.is_none() {
        true => Ok(term),
        false => Err(DiceError(format!(
            "'{text}' needs a die with 2 to {MAX_SIDES} sides"
        ))),
    }
}

// @feature keep
/// Reads `h3`, `l1` or `3`, which keeps the highest.
fn parse_keep(text: &str) -> Option<Keep> {
    let count = |digits: &str| digits.parse().ok().filter(|count| *count > 0);
    match text.strip_prefix('l') {
        Some(digits) => count(digits).map(Keep::Lowest),
        None => count(text.strip_prefix('h').unwrap_or(text)).map(Keep::Highest),
    }
}
// @end

impl Term {
    fn throw(&self, random: &mut Random) -> (i64, Vec<u32>) {
        let sign = if self.negative { -1 } else { 1 };
        if self.sides == 1 {
            return (sign * i64::from(self.count), Vec::new());
        }
        let dice: Vec<u32> = (0..self.count).map(|_| random.die(self.sides)).collect();
        // @feature exploding
        let mut dice = dice;
        let mut at = 0;
        // The highest number gives another die, up to as many dice as an expression may have.
        while self.explodes && at < dice.len() && dice.len() < MAX_DICE as usize {
            if dice[at] == self.sides {
                dice.push(random.die(self.sides));
            }
            at += 1;
        }
        // @end
        // @feature keep
        let dice = self.kept(dice);
        // @end
        (
            sign * dice.iter().map(|die| i64::from(*die)).sum::<i64>(),
            dice,
        )
    }

    // @feature keep
    /// The dice that count, in order.
    fn kept(&self, mut dice: Vec<u32>) -> Vec<u32> {
        if let Some(Keep::Highest(count) | Keep::Lowest(count)) = self.keep {
            dice.sort_unstable();
            let dropped = dice.len().saturating_sub(count as usize);
            match self.keep {
                Some(Keep::Lowest(_)) => dice.truncate(dice.len() - dropped),
                _ => drop(dice.drain(..dropped)),
            }
        }
        dice
    }
    // @end
}

impl Dice {
    pub fn throw(&self, random: &mut Random) -> Throw {
        let thrown: Vec<_> = self.terms.iter().map(|term| term.throw(random)).collect();
        Throw {
            total: thrown.iter().map(|(sum, _)| sum).sum(),
            dice: thrown.into_iter().map(|(_, dice)| dice).collect(),
        }
    }

    // @feature odds
    /// How often every total came up in so many throws.
    pub fn odds(&self, random: &mut Random, throws: u32) -> std::collections::BTreeMap<i64, u32> {
        let mut counts = std::collections::BTreeMap::new();
        for _ in 0..throws {
            *counts.entry(self.throw(random).total).or_insert(0) += 1;
        }
        counts
    }
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(text: &str) -> Vec<i64> {
        let dice: Dice = text.parse().unwrap();
        let mut random = Random::new(5);
        (0..3000).map(|_| dice.throw(&mut random).total).collect()
    }

    fn range(text: &str) -> (i64, i64) {
        let totals = totals(text);
        (*totals.iter().min().unwrap(), *totals.iter().max().unwrap())
    }

    #[test]
    fn totals_lie_between_the_least_and_the_most() {
        assert_eq!(range("d6"), (1, 6));
        assert_eq!(range("2d4+3"), (5, 11));
        assert_eq!(range("10 - 1d4"), (6, 9));
        assert_eq!(range("D4-d4"), (-3, 3));
        assert_eq!(range("7"), (7, 7));
    }

    #[test]
    fn sides_are_equally_likely() {
        let mut counts = [0; 6];
        totals("1d6")
            .iter()
            .for_each(|total| counts[*total as usize - 1] += 1);
        assert!(
            counts.iter().all(|count| (420..580).contains(count)),
            "{counts:?}"
        );
    }

    #[test]
    fn a_seed_gives_the_same_throw_again() {
        let dice: Dice = "5d100+d%".parse().unwrap();
        let throw = |seed| dice.throw(&mut Random::new(seed));
        assert_eq!(throw(3), throw(3));
        assert_ne!(throw(3), throw(4));
    }

    #[test]
    fn wrong_expressions_are_refused() {
        for text in [
            "",
            "x",
            "2d",
            "d",
            "2d6+",
            "+",
            "1d1",
            "0d6",
            "2x6",
            "d6d6",
            "99999999999",
        ] {
            assert!(text.parse::<Dice>().is_err(), "{text}");
        }
        let many = format!("{MAX_DICE}d6+1d6").parse::<Dice>().unwrap_err();
        assert_eq!(many.to_string(), format!("more than {MAX_DICE} dice"));
    }

    #[test]
    fn throws_show_every_die() {
        let throw = Throw {
            total: 9,
            dice: vec![vec![4, 2], vec![], vec![3]],
        };
        assert_eq!(throw.to_string(), "[4, 2] [3] = 9");
    }

    // @feature keep
    #[test]
    fn some_dice_can_be_kept() {
        let kept = |text: &str| {
            text.parse::<Dice>()
                .unwrap()
                .throw(&mut Random::new(2))
                .dice[0]
                .len()
        };
        assert_eq!((kept("4d6kh3"), kept("4d6kl1"), kept("2d6k5")), (3, 1, 2));
        let mean = |text| totals(text).iter().sum::<i64>() as f64 / 3000.0;
        assert!(mean("2d20kh1") > 13.0 && mean("2d20kl1") < 8.0);
        for text in ["4d6k", "4d6k0", "4d6kx", "5k1"] {
            assert!(text.parse::<Dice>().is_err(), "{text}");
        }
    }
    // @end

    // @feature exploding
    #[test]
    fn the_highest_number_gives_another_die() {
        let dice: Dice = "1d2!".parse().unwrap();
        let mut random = Random::new(1);
        for _ in 0..100 {
            let throw = dice.throw(&mut random).dice.concat();
            assert_eq!(throw.last(), Some(&1));
            assert!(throw[..throw.len() - 1].iter().all(|die| *die == 2));
        }
        assert!("5!".parse::<Dice>().is_err());
    }
    // @end

    // @feature odds
    #[test]
    fn odds_count_every_throw() {
        let odds = "2d6"
            .parse::<Dice>()
            .unwrap()
            .odds(&mut Random::new(1), 6000);
        assert_eq!(odds.values().sum::<u32>(), 6000);
        assert!(odds[&7] > odds[&2] && odds[&7] > odds[&12]);
    }
    // @end
}
