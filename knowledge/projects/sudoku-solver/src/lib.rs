//! Sudoku puzzles: reading, checking and solving by trying the cell with the fewest candidates.

use std::fmt;
use std::str::FromStr;

/// Printed for an empty cell.
pub const EMPTY: char = '.'; // @slot empty

/// Why a text is not a puzzle, or has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SudokuError {
    BadCharacter(char),
    WrongCount(usize),
    Conflict {
        digit: u8,
        row: usize,
        column: usize,
    },
    NoSolution,
}

impl fmt::Display for SudokuError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            SudokuError::BadCharacter(c) => write!(f, "{c:?} is neither a digit nor empty"),
            SudokuError::WrongCount(count) => write!(f, "{count} cells instead of 81"),
            SudokuError::Conflict { digit, row, column } => {
                write!(
                    f,
                    "the {digit} in row {row}, column {column} is there twice"
                )
            }
            SudokuError::NoSolution => write!(f, "there is no solution"),
        }
    }
}

impl std::error::Error for SudokuError {}

/// Nine rows of nine cells; 0 is an empty one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid([u8; 81]);

impl FromStr for Grid {
    type Err = SudokuError;

    /// Reads 81 cells. `.`, `0`, `_` and `*` are empty; spaces and lines between are ignored.
    fn from_str(text: &str) -> Result<Self, SudokuError> {
        let mut cells = Vec::with_capacity(81);
        for c in text
            .chars()
            .filter(|c| !c.is_whitespace() && !"|-+".contains(*c))
        {
            match c {
                '1'..='9' => cells.push(c as u8 - b'0'),
                '.' | '0' | '_' | '*' => cells.push(0),
                _ => return Err(SudokuError::BadCharacter(c)),
            }
        }
        let cells = cells.try_into();
        let cells = cells.map_err(|cells: Vec<u8>| SudokuError::WrongCount(cells.len()))?;
        let grid = Grid(cells);
        grid.check()?;
        Ok(grid)
    }
}

impl fmt::Display for Grid {
    /// Nine lines.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.0.chunks(9) {
            let line: String = row.iter().map(|digit| shown(*digit)).collect();
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

fn shown(digit: u8) -> char {
    match digit {
        0 => EMPTY,
        digit => char::from(b'0' + digit),
    }
}

/// The digits in use in rows, columns and boxes; bit 1 stands for digit 1.
#[derive(Clone, Default)]
struct Used {
    rows: [u16; 9],
    columns: [u16; 9],
    boxes: [u16; 9],
}

impl Used {
    fn flip(&mut self, cell: usize, digit: u8) {
        let bit = 1 << digit;
        self.rows[cell / 9] ^= bit;
        self.columns[cell % 9] ^= bit;
        self.boxes[cell / 27 * 3 + cell % 9 / 3] ^= bit;
    }

    /// The digits that a cell may take.
    fn candidates(&self, cell: usize) -> u16 {
        let used =
            self.rows[cell / 9] | self.columns[cell % 9] | self.boxes[cell / 27 * 3 + cell % 9 / 3];
        !used & 0b11_1111_1110
    }
}

impl Grid {
    pub fn is_full(&self) -> bool {
        self.0.iter().all(|digit| *digit != 0)
    }

    /// Finds digits that are twice in a row, a column or a box.
    fn check(&self) -> Result<Used, SudokuError> {
        let mut used = Used::default();
        for (cell, digit) in self
            .0
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, digit)| *digit != 0)
        {
            if used.candidates(cell) & 1 << digit == 0 {
                let (row, column) = (cell / 9 + 1, cell % 9 + 1);
                return Err(SudokuError::Conflict { digit, row, column });
            }
            used.flip(cell, digit);
        }
        Ok(used)
    }

    /// The first solution.
    pub fn solve(&self) -> Result<Grid, SudokuError> {
        self.solutions(1)?
            .first()
            .copied()
            .ok_or(SudokuError::NoSolution)
    }

    /// Up to `limit` solutions.
    pub fn solutions(&self, limit: usize) -> Result<Vec<Grid>, SudokuError> {
        let mut used = self.check()?;
        let mut found = Vec::new();
        search(&mut self.clone(), &mut used, limit, &mut found);
        Ok(found)
    }

    // @feature hint
    /// A cell that can hold one digit only, or else the first empty one, with its digit in the
    /// solution: row, column, digit. Nothing if the grid is full.
    pub fn hint(&self) -> Result<Option<(usize, usize, u8)>, SudokuError> {
        let (used, solution) = (self.check()?, self.solve()?);
        let empty = (0..81).filter(|cell| self.0[*cell] == 0);
        let cell = empty.min_by_key(|cell| used.candidates(*cell).count_ones().max(1));
        Ok(cell.map(|cell| (cell / 9 + 1, cell % 9 + 1, solution.0[cell])))
    }
    // @end

    // @feature pretty
    /// The grid with lines between the boxes.
    pub fn pretty(&self) -> String {
        let mut text = String::new();
        for (index, row) in self.0.chunks(9).enumerate() {
            if index % 3 == 0 && index > 0 {
                text += "------+-------+------\n";
            }
            let group = |group: &[u8]| {
                let cells: Vec<String> = group.iter().map(|d| shown(*d).to_string()).collect();
                cells.join(" ")
            };
            let groups: Vec<String> = row.chunks(3).map(group).collect();
            text += &format!("{}\n", groups.join(" | "));
        }
        text
    }
    // @end

    // @feature generate
    /// A puzzle with one solution; the same seed gives the same puzzle.
    pub fn generate(seed: u64) -> Grid {
        let mut random = Random(seed);
        let mut grid = Grid([0; 81]);
        // Boxes on the diagonal do not touch one another, so that any digits will do.
        for first in [0, 30, 60] {
            let digits = random.shuffled(9);
            for (at, digit) in digits.into_iter().enumerate() {
                grid.0[first + at / 3 * 9 + at % 3] = digit as u8 + 1;
            }
        }
        let mut puzzle = grid.solve().unwrap_or(grid);
        for cell in random.shuffled(81) {
            let digit = std::mem::replace(&mut puzzle.0[cell], 0);
            if puzzle.solutions(2).map_or(0, |found| found.len()) != 1 {
                puzzle.0[cell] = digit;
            }
        }
        puzzle
    }
    // @end
}

/// Fills the empty cell with the fewest candidates; true when there are enough solutions.
fn search(grid: &mut Grid, used: &mut Used, limit: usize, found: &mut Vec<Grid>) -> bool {
    let empty = (0..81).filter(|cell| grid.0[*cell] == 0);
    let Some(cell) = empty.min_by_key(|cell| used.candidates(*cell).count_ones()) else {
        found.push(*grid);
        return found.len() >= limit;
    };
    let candidates = used.candidates(cell);
    for digit in (1..=9).filter(|digit| candidates & 1 << digit != 0) {
        grid.0[cell] = digit;
        used.flip(cell, digit);
        let enough = search(grid, used, limit, found);
        used.flip(cell, digit);
        grid.0[cell] = 0;
        if enough {
            return true;
        }
    }
    false
}

// @feature generate
/// A small generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        ((mixed >> 33) % limit as u64) as usize
    }

    /// The numbers below `count` in random order.
    fn shuffled(&mut self, count: usize) -> Vec<usize> {
        let mut numbers: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            numbers.swap(last, self.below(last + 1));
        }
        numbers
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    /// A full grid made by shifting the digits.
    fn full() -> Grid {
        let digit = |cell: usize| ((cell / 9 * 3 + cell / 27 + cell % 9) % 9) as u8 + 1;
        Grid(std::array::from_fn(digit))
    }

    fn without(cells: &[usize]) -> Grid {
        let mut grid = full();
        cells.iter().for_each(|cell| grid.0[*cell] = 0);
        grid
    }

    #[test]
    fn solutions_keep_the_given_digits_and_the_rules() {
        let puzzle = without(
            &(0..81)
                .filter(|cell| cell % 3 != cell / 9 % 3)
                .collect::<Vec<_>>(),
        );
        let solution = puzzle.solve().unwrap();
        assert!(solution.is_full() && solution.check().is_ok());
        assert!(puzzle
            .0
            .iter()
            .zip(solution.0)
            .all(|(given, digit)| [0, digit].contains(given)));
    }

    #[test]
    fn single_gaps_have_one_answer() {
        let puzzle = without(&[0, 13, 40, 80]);
        assert_eq!(puzzle.solutions(5).unwrap(), [full()]);
    }

    #[test]
    fn empty_grids_have_many_solutions() {
        assert_eq!(Grid([0; 81]).solutions(7).unwrap().len(), 7);
    }

    #[test]
    fn wrong_texts_are_explained() {
        assert_eq!("12".parse::<Grid>(), Err(SudokuError::WrongCount(2)));
        assert_eq!("x".parse::<Grid>(), Err(SudokuError::BadCharacter('x')));
        let twice = format!("5..5{}", ".".repeat(77))
            .parse::<Grid>()
            .unwrap_err();
        assert_eq!(
            twice,
            SudokuError::Conflict {
                digit: 5,
                row: 1,
                column: 4
            }
        );
    }

    #[test]
    fn impossible_puzzles_have_no_solution() {
        let mut text = "12345678.".to_string();
        text += &format!("........9{}", ".".repeat(63));
        assert_eq!(
            text.parse::<Grid>().unwrap().solve(),
            Err(SudokuError::NoSolution)
        );
    }

    #[test]
    fn grids_are_read_back_alike() {
        let grid = without(&[3, 5, 77]);
        assert_eq!(grid.to_string().parse(), Ok(grid));
    }

    // @feature hint
    #[test]
    fn hints_are_right() {
        assert_eq!(without(&[10]).hint().unwrap(), Some((2, 2, full().0[10])));
        assert_eq!(full().hint().unwrap(), None);
    }
    // @end

    // @feature pretty
    #[test]
    fn boxes_have_lines_between() {
        let text = full().pretty();
        assert_eq!(text.lines().count(), 11);
        assert_eq!(text.parse(), Ok(full()));
    }
    // @end

    // @feature generate
    #[test]
    fn generated_puzzles_have_one_solution() {
        let puzzle = Grid::generate(3);
        assert_eq!(puzzle.solutions(2).unwrap().len(), 1);
        assert!(puzzle.0.iter().filter(|digit| **digit != 0).count() < 40);
        assert_eq!(puzzle, Grid::generate(3));
        assert_ne!(puzzle, Grid::generate(4));
    }
    // @end
}
