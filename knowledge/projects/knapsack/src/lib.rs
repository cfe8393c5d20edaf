//! The most valuable choice of items that fit into a knapsack, by dynamic programming.

use std::fmt;

/// The weight that the knapsack carries when nobody says how much.
pub const DEFAULT_CAPACITY: usize = 50; // @slot capacity

/// Cells of the largest table that is made: items times capacity.
const MAX_CELLS: usize = 200_000_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub name: String,
    pub weight: usize,
    pub value: u64,
}

/// What to take: the places of the items in the list, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    pub items: Vec<usize>,
    pub weight: usize,
    pub value: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnapsackError {
    BadLine { line: usize, reason: String },
    TooLarge,
    Weightless(String), // @feature unbounded
}

impl fmt::Display for KnapsackError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            // @feature unbounded
            KnapsackError::Weightless(name) => {
                write!(f, "'{name}' weighs nothing and could be taken without end")
            }
            // @end
            KnapsackError::BadLine { line, reason } => write!(f, "line {line}: {reason}"),
            KnapsackError::TooLarge => write!(f, "too many items for so large a capacity"),
        }
    }
}

impl std::error::Error for KnapsackError {}

/// Reads lines `NAME WEIGHT VALUE`. `#` begins a comment.
pub fn parse_items(text: &str) -> Result<Vec<Item>, KnapsackError> {
    let mut items = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let fail = |reason: String| KnapsackError::BadLine {
            line: index + 1,
            reason,
        };
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let (name, weight, value) = match words[..] {
            [] => continue,
            [name, weight, value] => (name, weight, value),
            _ => return Err(fail("expected NAME WEIGHT VALUE".to_string())),
        };
        let weight = weight
            .parse()
            .map_err(|_| fail(format!("'{weight}' is not a weight")))?;
        let value: u32 = value
            .parse()
            .map_err(|_| fail(format!("'{value}' is not a value")))?;
        items.push(Item {
            name: name.to_string(),
            weight,
            value: value.into(),
        });
    }
    Ok(items)
}

impl Choice {
    fn of(items: &[Item], mut chosen: Vec<usize>) -> Self {
        chosen.sort_unstable();
        Choice {
            weight: chosen.iter().map(|at| items[*at].weight).sum(),
            value: chosen.iter().map(|at| items[*at].value).sum(),
            items: chosen,
        }
    }
}

fn check_size(items: &[Item], capacity: usize) -> Result<(), KnapsackError> {
    let cells = capacity
        .checked_add(1)
        .and_then(|row| row.checked_mul(items.len() + 1));
    match cells {
        Some(cells) if cells <= MAX_CELLS => Ok(()),
        _ => Err(KnapsackError::TooLarge),
    }
}

/// The most valuable choice with every item taken once at most.
///
/// `best[w]` is the highest value of weight `w` or less with the items up to now; `taken` notes
/// for every item at which weights it was worth taking, so that the way back can be found.
pub fn solve(items: &[Item], capacity: usize) -> Result<Choice, KnapsackError> {
    check_size(items, capacity)?;
    let mut best = vec![0u64; capacity + 1];
    let mut taken = vec![vec![false; capacity + 1]; items.len()];
    for (item, taken) in items.iter().zip(&mut taken) {
        // From above, so that an item is not added to itself.
        for weight in (item.weight..=capacity).rev() {
            let with = best[weight - item.weight] + item.value;
            if with > best[weight] {
                best[weight] = with;
                taken[weight] = true;
            }
        }
    }
    let mut left = capacity;
    let mut chosen = Vec::new();
    for at in (0..items.len()).rev() {
        if taken[at][left] {
            chosen.push(at);
            left -= items[at].weight;
        }
    }
    Ok(Choice::of(items, chosen))
}

// @feature unbounded
/// The most valuable choice when every item can be taken as often as it fits.
pub fn solve_unbounded(items: &[Item], capacity: usize) -> Result<Choice, KnapsackError> {
    check_size(items, capacity)?;
    if let Some(item) = items.iter().find(|item| item.weight == 0 && item.value > 0) {
        return Err(KnapsackError::Weightless(item.name.clone()));
    }
    // The best value for every weight and the item taken last to reach it.
    let mut best: Vec<(u64, Option<usize>)> = vec![(0, None); capacity + 1];
    for weight in 1..=capacity {
        best[weight] = (best[weight - 1].0, None);
        for (at, item) in items
            .iter()
            .enumerate()
            .filter(|(_, i)| (1..=weight).contains(&i.weight))
        {
            let with = best[weight - item.weight].0 + item.value;
            if with > best[weight].0 {
                best[weight] = (with, Some(at));
            }
        }
    }
    let mut left = capacity;
    let mut chosen = Vec::new();
    while left > 0 {
        match best[left].1 {
            Some(at) => {
                chosen.push(at);
                left -= items[at].weight;
            }
            None => left -= 1,
        }
    }
    Ok(Choice::of(items, chosen))
}
// @end

// @feature greedy
/// Takes what has the most value for its weight as long as it fits: quick, but not always best.
pub fn solve_greedy(items: &[Item], capacity: usize) -> Choice {
    let mut order: Vec<usize> = (0..items.len()).collect();
    // value / weight compared without fractions.
    let product = |a: &Item, b: &Item| u128::from(a.value) * b.weight as u128;
    order.sort_by(|a, b| product(&items[*b], &items[*a]).cmp(&product(&items[*a], &items[*b])));
    let mut left = capacity;
    order.retain(|at| {
        let fits = items[*at].weight <= left;
        left -= if fits { items[*at].weight } else { 0 };
        fits
    });
    Choice::of(items, order)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn items(list: &[(usize, u64)]) -> Vec<Item> {
        let item = |(at, (weight, value)): (usize, &(usize, u64))| Item {
            name: format!("item{at}"),
            weight: *weight,
            value: *value,
        };
        list.iter().enumerate().map(item).collect()
    }

    /// The best value by trying every choice.
    fn by_force(items: &[Item], capacity: usize) -> u64 {
        let value = |set: u32| {
            let chosen = items
                .iter()
                .enumerate()
                .filter(|(at, _)| set >> at & 1 == 1);
            let sum = |(weight, value), (_, item): (usize, &Item)| {
                (weight + item.weight, value + item.value)
            };
            let (weight, value) = chosen.fold((0, 0), sum);
            if weight <= capacity {
                value
            } else {
                0
            }
        };
        (0..1 << items.len()).map(value).max().unwrap_or(0)
    }

    fn random_items(seed: &mut u32, count: usize) -> Vec<Item> {
        let mut next = |limit: u32| {
            *seed = seed.wrapping_mul(1664525).wrapping_add(1013904223);
            (*seed >> 16) % limit
        };
        items(
            &(0..count)
                .map(|_| (next(12) as usize, next(30).into()))
                .collect::<Vec<_>>(),
        )
    }

    #[test]
    fn small_cases_are_right() {
        let items = items(&[(5, 10), (4, 40), (6, 30), (3, 50)]);
        let choice = solve(&items, 10).unwrap();
        assert_eq!(
            choice,
            Choice {
                items: vec![1, 3],
                weight: 7,
                value: 90
            }
        );
        assert_eq!(solve(&items, 2).unwrap(), Choice::default());
        assert_eq!(solve(&[], 10).unwrap(), Choice::default());
    }

    #[test]
    fn no_choice_is_better() {
        let mut seed = 1;
        for round in 0..60 {
            let items = random_items(&mut seed, 1 + round % 10);
            let capacity = round * 7 % 40;
            let choice = solve(&items, capacity).unwrap();
            assert_eq!(
                choice.value,
                by_force(&items, capacity),
                "{items:?} {capacity}"
            );
            assert!(choice.weight <= capacity);
            assert!(choice.items.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn weightless_items_always_fit() {
        assert_eq!(solve(&items(&[(0, 5), (1, 9)]), 0).unwrap().value, 5);
    }

    #[test]
    fn wrong_lines_are_named() {
        let message = |text| parse_items(text).unwrap_err().to_string();
        assert_eq!(
            message("a 1 2\n\nb 1"),
            "line 3: expected NAME WEIGHT VALUE"
        );
        assert_eq!(message("a -1 2"), "line 1: '-1' is not a weight");
        assert_eq!(message("a 1 x"), "line 1: 'x' is not a value");
        assert_eq!(parse_items("# none\n").unwrap(), []);
    }

    #[test]
    fn tables_that_do_not_fit_into_memory_are_refused() {
        let items = items(&[(1, 1)]);
        assert_eq!(solve(&items, usize::MAX), Err(KnapsackError::TooLarge));
    }

    // @feature unbounded
    #[test]
    fn items_can_be_taken_again() {
        let some = items(&[(3, 5), (4, 7)]);
        let choice = solve_unbounded(&some, 10).unwrap();
        assert_eq!(
            choice,
            Choice {
                items: vec![0, 0, 1],
                weight: 10,
                value: 17
            }
        );
        let free = items(&[(0, 1)]);
        assert!(matches!(
            solve_unbounded(&free, 1),
            Err(KnapsackError::Weightless(_))
        ));
        assert_eq!(
            solve_unbounded(&items(&[(0, 0)]), 5).unwrap(),
            Choice::default()
        );
    }
    // @end

    // @feature greedy
    #[test]
    fn greedy_choices_fit_and_are_never_better() {
        let trap = items(&[(1, 2), (10, 10)]);
        assert_eq!(solve_greedy(&trap, 10).value, 2);
        let mut seed = 9;
        for capacity in 0..40 {
            let items = random_items(&mut seed, 12);
            let choice = solve_greedy(&items, capacity);
            assert!(choice.weight <= capacity);
            assert!(choice.value <= solve(&items, capacity).unwrap().value);
        }
    }
    // @end
}
