//! Mazes on a grid of cells: making, drawing and solving them.
//!
//! A maze is kept as it is drawn: a cell is at odd columns and odd rows of the drawing, what lies
//! between two cells is a wall or a passage.

// @feature solve
use std::collections::VecDeque;
// @end
use std::fmt;

/// The size of a maze when none is given, in cells.
pub const WIDTH: usize = 20; // @slot width
pub const HEIGHT: usize = 10; // @slot height

/// The sign of a wall.
pub const WALL: char = '#'; // @slot wall

/// No side may have more cells than this.
pub const MOST: usize = 1000;

/// What is at a place of the drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Square {
    Wall,
    Free,
    // @feature solve
    Way,
    // @end
}

/// How a maze grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// On from the newest cell: long corridors.
    Long,
    // @feature winding
    /// On from any cell: many short corridors.
    Short,
    // @end
}

/// Numbers by chance, the same ones for the same seed.
struct Random(u64);

impl Random {
    /// A number below `limit`, which must not be 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 33) as usize % limit
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maze {
    columns: usize, // of the drawing
    squares: Vec<Square>,
}

impl Maze {
    /// A maze of so many cells, with one way from each cell to each other.
    pub fn generate(width: usize, height: usize, style: Style, seed: u64) -> Result<Self, String> {
        if !(1..=MOST).contains(&width) || !(1..=MOST).contains(&height) {
            return Err(format!("a maze has from 1x1 to {MOST}x{MOST} cells"));
        }
        let columns = 2 * width + 1;
        let mut maze = Maze {
            columns,
            squares: vec![Square::Wall; columns * (2 * height + 1)],
        };
        let mut random = Random(seed);
        let first = columns + 1;
        maze.squares[first] = Square::Free;
        let mut growing = vec![first];
        while !growing.is_empty() {
            let at = match style {
                Style::Long => growing.len() - 1,
                // @feature winding
                Style::Short => random.below(growing.len()),
                // @end
            };
            let cell = growing[at];
            let closed: Vec<usize> = maze
                .next_cells(cell)
                .into_iter()
                .filter(|&other| maze.squares[other] == Square::Wall)
                .collect();
            if closed.is_empty() {
                growing.swap_remove(at);
                continue;
            }
            let next = closed[random.below(closed.len())];
            maze.squares[(cell + next) / 2] = Square::Free;
            maze.squares[next] = Square::Free;
            growing.push(next);
        }
        maze.open_doors();
        Ok(maze)
    }

    fn rows(&self) -> usize {
        self.squares.len() / self.columns
    }

    fn entrance(&self) -> usize {
        self.columns
    }

    fn exit(&self) -> usize {
        self.squares.len() - self.columns - 1
    }

    fn open_doors(&mut self) {
        let (entrance, exit) = (self.entrance(), self.exit());
        self.squares[entrance] = Square::Free;
        self.squares[exit] = Square::Free;
    }

    /// The places so many squares away in the four directions.
    fn beside(&self, place: usize, distance: usize) -> Vec<usize> {
        let (column, row) = (place % self.columns, place / self.columns);
        let up = row.checked_sub(distance).map(|r| (column, r));
        let left = column.checked_sub(distance).map(|c| (c, row));
        let right = Some((column + distance, row)).filter(|(c, _)| *c < self.columns);
        let down = Some((column, row + distance)).filter(|(_, r)| *r < self.rows());
        let found = [up, left, right, down].into_iter().flatten();
        found.map(|(c, r)| r * self.columns + c).collect()
    }

    /// The cells beside a cell.
    fn next_cells(&self, cell: usize) -> Vec<usize> {
        self.beside(cell, 2)
    }

    // @feature loops
    /// Opens a further wall of each dead end, which makes loops.
    pub fn open_dead_ends(&mut self, seed: u64) {
        let mut random = Random(!seed);
        for row in (1..self.rows()).step_by(2) {
            for column in (1..self.columns).step_by(2) {
                let cell = row * self.columns + column;
                let walls: Vec<usize> = self
                    .next_cells(cell)
                    .into_iter()
                    .map(|other| (cell + other) / 2)
                    .filter(|&between| self.squares[between] == Square::Wall)
                    .collect();
                let open = self.beside(cell, 1).len() - self.wall_count(cell);
                if open == 1 && !walls.is_empty() {
                    self.squares[walls[random.below(walls.len())]] = Square::Free;
                }
            }
        }
    }

    fn wall_count(&self, cell: usize) -> usize {
        let walls = self.beside(cell, 1).into_iter();
        walls.filter(|&p| self.squares[p] == Square::Wall).count()
    }
    // @end

    // @feature solve
    /// Marks a shortest way from the entrance to the exit. Returns its length in squares, or
    /// nothing if there is no way.
    pub fn solve(&mut self) -> Option<usize> {
        let mut before = vec![None; self.squares.len()];
        let mut todo = VecDeque::from([self.entrance()]);
        before[self.entrance()] = Some(self.entrance());
        while let Some(place) = todo.pop_front() {
            for next in self.beside(place, 1) {
                if self.squares[next] != Square::Wall && before[next].is_none() {
                    before[next] = Some(place);
                    todo.push_back(next);
                }
            }
        }
        let mut place = self.exit();
        let mut length = 1;
        before[place]?;
        self.squares[place] = Square::Way;
        while let Some(earlier) = before[place].filter(|&earlier| earlier != place) {
            place = earlier;
            self.squares[place] = Square::Way;
            length += 1;
        }
        Some(length)
    }
    // @end

    // @feature read
    /// Reads a drawing with one line per row. Dots and spaces are free, all else is wall; the
    /// doors are the second square of the left edge and the last but one of the right edge.
    pub fn parse(drawing: &str) -> Result<Self, String> {
        let rows: Vec<Vec<char>> = drawing.lines().map(|l| l.chars().collect()).collect();
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
        if columns < 3 || rows.len() < 3 {
            return Err("a maze has at least 3 lines of 3 characters".to_string());
        }
        let mut squares = Vec::with_capacity(columns * rows.len());
        for row in &rows {
            // Spaces at the end of a line may have been lost.
            let padded = row.iter().copied().chain(std::iter::repeat(' '));
            squares.extend(padded.take(columns).map(|sign| match sign {
                ' ' | '.' => Square::Free,
                _ => Square::Wall,
            }));
        }
        let maze = Maze { columns, squares };
        for (name, door) in [("entrance", maze.entrance()), ("exit", maze.exit())] {
            if maze.squares[door] == Square::Wall {
                let (row, column) = (door / columns + 1, door % columns + 1);
                return Err(format!("no {name} in line {row}, column {column}"));
            }
        }
        Ok(maze)
    }
    // @end
}

impl fmt::Display for Maze {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.squares.chunks(self.columns) {
            let sign = |square: &Square| match square {
                Square::Wall => WALL,
                Square::Free => ' ',
                // @feature solve
                Square::Way => '.',
                // @end
            };
            writeln!(f, "{}", row.iter().map(sign).collect::<String>())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(width: usize, height: usize, seed: u64) -> Maze {
        Maze::generate(width, height, Style::Long, seed).unwrap()
    }

    /// The free squares that can be reached from the entrance.
    fn reached(maze: &Maze) -> usize {
        let mut seen = vec![false; maze.squares.len()];
        let mut todo = vec![maze.entrance()];
        while let Some(place) = todo.pop() {
            if maze.squares[place] != Square::Wall && !seen[place] {
                seen[place] = true;
                todo.extend(maze.beside(place, 1));
            }
        }
        seen.iter().filter(|s| **s).count()
    }

    fn free(maze: &Maze) -> usize {
        maze.squares.iter().filter(|s| **s != Square::Wall).count()
    }

    #[test]
    fn every_cell_is_reached_in_exactly_one_way() {
        for seed in 0..20 {
            let maze = long(12, 7, seed);
            // A tree of n cells has n - 1 passages; the two doors come to that.
            assert_eq!(free(&maze), 12 * 7 + 12 * 7 - 1 + 2);
            assert_eq!(reached(&maze), free(&maze));
        }
    }

    #[test]
    fn seeds_decide() {
        assert_eq!(long(9, 9, 4), long(9, 9, 4));
        assert_ne!(long(9, 9, 4), long(9, 9, 5));
    }

    #[test]
    fn sizes_are_checked() {
        assert!(Maze::generate(0, 1, Style::Long, 1).is_err());
        assert!(Maze::generate(1, MOST + 1, Style::Long, 1).is_err());
    }

    #[test]
    fn a_corridor_is_drawn() {
        let drawing = long(2, 1, 1).to_string().replace(WALL, "#");
        assert_eq!(drawing, "#####\n     \n#####\n");
    }

    #[test]
    fn doors_are_at_the_corners() {
        let drawing = long(5, 4, 3).to_string();
        let rows: Vec<&str> = drawing.lines().collect();
        assert_eq!(rows.len(), 9);
        assert!(rows[1].starts_with(' ') && rows[7].ends_with(' '));
        let open = rows
            .iter()
            .filter(|r| r.starts_with(' ') || r.ends_with(' '));
        assert_eq!(open.count(), 2);
    }

    // @feature winding
    #[test]
    fn short_corridors_have_more_dead_ends() {
        let dead_ends = |style| {
            let maze = Maze::generate(30, 30, style, 2).unwrap();
            let cells = (0..30 * 30).map(|n| (n / 30 * 2 + 1) * 61 + n % 30 * 2 + 1);
            let open = |cell| {
                let beside = maze.beside(cell, 1).into_iter();
                beside.filter(|&p| maze.squares[p] != Square::Wall).count()
            };
            cells.filter(|&cell| open(cell) == 1).count()
        };
        assert!(dead_ends(Style::Short) > dead_ends(Style::Long) * 2);
    }
    // @end

    // @feature solve
    #[test]
    fn the_way_is_connected_and_as_long_as_told() {
        for seed in 0..10 {
            let mut maze = long(15, 8, seed);
            let length = maze.solve().unwrap();
            assert_eq!(maze.to_string().matches('.').count(), length);
            assert!(length > 15 * 2 + 7 * 2);
        }
        assert_eq!(long(1, 1, 1).solve(), Some(3));
    }
    // @end

    // @feature read
    #[test]
    fn drawings_are_read_and_solved() {
        let mut maze = Maze::parse("#####\n   #\n# # #\n#\n#####\n").unwrap();
        assert_eq!(maze.solve(), Some(7));
        let mut closed = Maze::parse("#####\n  #\n#####\n").unwrap();
        assert_eq!(closed.solve(), None);
        let message = Maze::parse("###\n# #\n###\n").unwrap_err();
        assert_eq!(message, "no entrance in line 2, column 1");
        assert!(Maze::parse("").is_err());
        let again = long(6, 5, 9);
        assert_eq!(Maze::parse(&again.to_string()), Ok(again));
    }
    // @end

    // @feature loops
    #[test]
    fn opened_dead_ends_are_gone() {
        let mut maze = long(12, 12, 6);
        let before = free(&maze);
        maze.open_dead_ends(6);
        assert!(free(&maze) > before);
        let cells = (0..12 * 12).map(|n| (n / 12 * 2 + 1) * 25 + n % 12 * 2 + 1);
        assert!(cells.into_iter().all(|cell| maze.wall_count(cell) <= 2));
    }
    // @end
}
