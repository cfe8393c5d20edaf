//! Places queens on a board so that none attacks another: one in every row, by backtracking over
//! bits that mark attacked columns and diagonals.

use std::fmt;

/// Rows and columns when nobody says how many.
pub const DEFAULT_SIZE: usize = 8; // @slot size

/// The largest board for which solutions are looked for.
pub const MAX_SIZE: usize = 32;

/// Printed for a queen.
pub const MARK: char = 'Q'; // @slot queen

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueensError {
    BadSize(usize),
    NoSolution(usize),
}

impl fmt::Display for QueensError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            QueensError::BadSize(size) => {
                write!(f, "the size must be from 1 to {MAX_SIZE}, not {size}")
            }
            QueensError::NoSolution(size) => {
                write!(f, "{size} queens do not fit on a board of size {size}")
            }
        }
    }
}

impl std::error::Error for QueensError {}

/// The column of the queen in each row, counted from 0.
pub type Placement = Vec<usize>;

/// The attacked squares of a row, one bit a column.
#[derive(Clone, Copy, Default)]
struct Attacks {
    columns: u32,
    left: u32,
    right: u32,
}

impl Attacks {
    /// The attacks on the next row after a queen was placed.
    fn after(self, bit: u32) -> Self {
        Attacks {
            columns: self.columns | bit,
            left: (self.left | bit) << 1,
            right: (self.right | bit) >> 1,
        }
    }

    fn all(self) -> u32 {
        self.columns | self.left | self.right
    }
}

fn board_mask(size: usize) -> Result<u32, QueensError> {
    match size {
        1..=MAX_SIZE => Ok(u32::MAX >> (MAX_SIZE - size)),
        _ => Err(QueensError::BadSize(size)),
    }
}

/// Up to `limit` solutions, the one with the leftmost queens first.
pub fn solutions(size: usize, limit: usize) -> Result<Vec<Placement>, QueensError> {
    let mask = board_mask(size)?;
    let (mut placed, mut found) = (Vec::new(), Vec::new());
    if limit > 0 {
        search(mask, Attacks::default(), &mut placed, limit, &mut found);
    }
    Ok(found)
}

/// Fills the rows that are left; true when there are enough solutions.
fn search(
    mask: u32,
    attacks: Attacks,
    placed: &mut Placement,
    limit: usize,
    found: &mut Vec<Placement>,
) -> bool {
    if attacks.columns == mask {
        found.push(placed.clone());
        return found.len() >= limit;
    }
    let mut free = mask & !attacks.all();
    while free != 0 {
        let bit = free & free.wrapping_neg();
        free ^= bit;
        placed.push(bit.trailing_zeros() as usize);
        let enough = search(mask, attacks.after(bit), placed, limit, found);
        placed.pop();
        if enough {
            return true;
        }
    }
    false
}

/// The first solution.
pub fn solve(size: usize) -> Result<Placement, QueensError> {
    let first = solutions(size, 1)?.pop();
    first.ok_or(QueensError::NoSolution(size))
}

/// How many solutions there are. Only the left half is searched; the right one is its mirror
/// image.
pub fn count(size: usize) -> Result<u64, QueensError> {
    let mask = board_mask(size)?;
    let first_row = |column: usize| count_rest(mask, Attacks::default().after(1 << column));
    let half: u64 = (0..size / 2).map(first_row).sum();
    let middle = if size % 2 == 1 {
        first_row(size / 2)
    } else {
        0
    };
    Ok(half * 2 + middle)
}

fn count_rest(mask: u32, attacks: Attacks) -> u64 {
    if attacks.columns == mask {
        return 1;
    }
    let mut free = mask & !attacks.all();
    let mut total = 0;
    while free != 0 {
        let bit = free & free.wrapping_neg();
        free ^= bit;
        total += count_rest(mask, attacks.after(bit));
    }
    total
}

/// Whether no queen attacks another.
pub fn is_solution(placement: &[usize]) -> bool {
    placement.iter().enumerate().all(|(row, column)| {
        let below = placement[row + 1..].iter().enumerate();
        *column < placement.len()
            && below.into_iter().all(|(distance, other)| {
                let apart = other.abs_diff(*column);
                apart != 0 && apart != distance + 1
            })
    })
}

// @feature board
/// The board as text, one line a row.
pub fn board(placement: &[usize]) -> String {
    let mut text = String::new();
    for column in placement {
        let square = |at| if at == *column { MARK } else { '.' };
        let squares: Vec<String> = (0..placement.len())
            .map(|at| square(at).to_string())
            .collect();
        text += &format!("{}\n", squares.join(" "));
    }
    text
}
// @end

// @feature distinct
/// The solutions that do not become one another by turning or mirroring the board.
pub fn distinct(placements: &[Placement]) -> Vec<Placement> {
    let mut seen = std::collections::BTreeSet::new();
    let mut kept = Vec::new();
    for placement in placements {
        if seen.insert(images(placement).into_iter().min()) {
            kept.push(placement.clone());
        }
    }
    kept
}

/// The placement turned four times, each also mirrored.
fn images(placement: &[usize]) -> Vec<Placement> {
    let size = placement.len();
    let mut images = Vec::with_capacity(8);
    let mut turned = placement.to_vec();
    for _ in 0..4 {
        let mut next = vec![0; size];
        turned
            .iter()
            .enumerate()
            .for_each(|(row, column)| next[*column] = size - 1 - row);
        images.push(turned.iter().map(|column| size - 1 - column).collect());
        images.push(std::mem::replace(&mut turned, next));
    }
    images
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_known() {
        let counts: Vec<u64> = (1..=9).map(|size| count(size).unwrap()).collect();
        assert_eq!(counts, [1, 0, 0, 2, 10, 4, 40, 92, 352]);
    }

    #[test]
    fn all_solutions_are_found_once_and_right() {
        for size in 1..=8 {
            let found = solutions(size, usize::MAX).unwrap();
            assert_eq!(found.len() as u64, count(size).unwrap());
            assert!(found.iter().all(|placement| is_solution(placement)));
            assert!(found.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn limits_are_kept() {
        assert_eq!(solutions(8, 5).unwrap().len(), 5);
        assert!(solutions(8, 0).unwrap().is_empty());
    }

    #[test]
    fn impossible_boards_are_named() {
        assert_eq!(solve(3), Err(QueensError::NoSolution(3)));
        assert_eq!(solve(0), Err(QueensError::BadSize(0)));
        assert_eq!(count(33), Err(QueensError::BadSize(33)));
        assert_eq!(solve(4).unwrap(), [1, 3, 0, 2]);
    }

    #[test]
    fn attacks_are_seen() {
        assert!(!is_solution(&[0, 1]));
        assert!(!is_solution(&[0, 2, 0, 3]));
        assert!(!is_solution(&[5]));
        assert!(is_solution(&[]));
        assert!(solve(DEFAULT_SIZE).is_ok_and(|placement| is_solution(&placement)));
    }

    // @feature board
    #[test]
    fn boards_have_one_queen_a_row() {
        let text = board(&[1, 3, 0, 2]);
        assert_eq!(text.lines().next(), Some(format!(". {MARK} . .").as_str()));
        assert_eq!(text.matches(MARK).count(), 4);
    }
    // @end

    // @feature distinct
    #[test]
    fn turned_and_mirrored_boards_count_once() {
        for (size, expected) in [(1, 1), (4, 1), (5, 2), (6, 1), (8, 12)] {
            let all = solutions(size, usize::MAX).unwrap();
            assert_eq!(distinct(&all).len(), expected, "{size}");
        }
    }
    // @end
}
