//! Conway's Game of Life on a grid of limited size.

// @feature cycles
use std::collections::HashMap;
// @end
use std::fmt;

/// The size of the grid when none is given.
pub const WIDTH: usize = 40; // @slot width
pub const HEIGHT: usize = 20; // @slot height

/// How many generations are run when nothing is said.
pub const GENERATIONS: usize = 10; // @slot generations

/// How cells are printed. In a drawing that is read, a dead cell is `.` or a space.
pub const ALIVE: char = '#'; // @slot alive
pub const DEAD: char = '.';

/// No grid may have more cells than this.
const MOST_CELLS: usize = 4_000_000;

/// A grid of cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    width: usize,
    height: usize,
    cells: Vec<bool>,
    wrap: bool, // @feature wrap
}

impl World {
    /// A world without life.
    pub fn new(width: usize, height: usize) -> Result<Self, String> {
        match width.checked_mul(height) {
            Some(cells) if (1..=MOST_CELLS).contains(&cells) => Ok(World {
                width,
                height,
                cells: vec![false; cells],
                wrap: false, // @feature wrap
            }),
            _ => Err(format!("a grid of {width}x{height} is not possible")),
        }
    }

    // @feature wrap
    /// Joins the left edge to the right one and the upper to the lower.
    pub fn set_wrap(&mut self, wrap: bool) {
        self.wrap = wrap;
    }
    // @end

    /// Draws a pattern in the middle: one line per row, `.` and spaces are dead cells.
    pub fn place(&mut self, drawing: &str) -> Result<(), String> {
        let rows: Vec<&str> = drawing.lines().map(str::trim_end).collect();
        let width = rows.iter().map(|r| r.chars().count()).max().unwrap_or(0);
        if width > self.width || rows.len() > self.height {
            return Err(format!(
                "the pattern is {width}x{}, larger than the grid of {}x{}",
                rows.len(),
                self.width,
                self.height
            ));
        }
        let (left, top) = ((self.width - width) / 2, (self.height - rows.len()) / 2);
        for (y, row) in rows.iter().enumerate() {
            for (x, cell) in row.chars().enumerate() {
                self.cells[(top + y) * self.width + left + x] = cell != DEAD && cell != ' ';
            }
        }
        Ok(())
    }

    // @feature random
    /// Brings a share (0 to 1) of the cells to life, the same ones for the same seed.
    pub fn scatter(&mut self, share: f64, seed: u64) {
        let mut state = seed;
        for cell in &mut self.cells {
            // A counter whose bits are mixed well makes good enough chances.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *cell = ((mixed >> 11) as f64 / (1u64 << 53) as f64) < share;
        }
    }
    // @end

    pub fn population(&self) -> usize {
        self.cells.iter().filter(|alive| **alive).count()
    }

    /// Whether the cell at a place is alive; outside of the grid nothing is.
    pub fn is_alive(&self, x: isize, y: isize) -> bool {
        let (width, height) = (self.width as isize, self.height as isize);
        // @feature wrap
        let (x, y) = match self.wrap {
            true => (x.rem_euclid(width), y.rem_euclid(height)),
            false => (x, y),
        };
        // @end
        (0..width).contains(&x) && (0..height).contains(&y) && self.cells[(y * width + x) as usize]
    }

    fn neighbours(&self, x: isize, y: isize) -> usize {
        let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
        around
            .filter(|&(dx, dy)| (dx, dy) != (0, 0) && self.is_alive(x + dx, y + dy))
            .count()
    }

    /// Moves on by one generation.
    pub fn step(&mut self) {
        let mut next = Vec::with_capacity(self.cells.len());
        for y in 0..self.height as isize {
            for x in 0..self.width as isize {
                let count = self.neighbours(x, y);
                // Born with three neighbours, alive with two or three.
                next.push(count == 3 || (count == 2 && self.is_alive(x, y)));
            }
        }
        self.cells = next;
    }
}

impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.cells.chunks(self.width) {
            let line: String = row.iter().map(|a| if *a { ALIVE } else { DEAD }).collect();
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

// @feature patterns
/// The patterns that have a name.
pub const PATTERNS: &[(&str, &str)] = &[
    ("block", "##\n##"),
    ("blinker", "###"),
    ("toad", ".###\n###."),
    ("beacon", "##..\n##..\n..##\n..##"),
    ("glider", ".#.\n..#\n###"),
    ("spaceship", ".#..#\n#....\n#...#\n####."),
    ("r-pentomino", ".##\n##.\n.#."),
    ("acorn", ".#.....\n...#...\n##..###"),
    ("diehard", "......#.\n##......\n.#...###"),
];

/// The drawing of a pattern.
pub fn find_pattern(name: &str) -> Result<&'static str, String> {
    let found = PATTERNS.iter().find(|(known, _)| *known == name);
    found.map(|(_, drawing)| *drawing).ok_or_else(|| {
        let names: Vec<&str> = PATTERNS.iter().map(|(known, _)| *known).collect();
        format!("no pattern '{name}'; known are {}", names.join(", "))
    })
}
// @end

// @feature cycles
/// Remembers the generations seen so far.
#[derive(Debug, Default)]
pub struct Watcher {
    seen: HashMap<Vec<bool>, usize>,
}

impl Watcher {
    /// Looks at a generation; tells the ending once nothing new can come.
    pub fn watch(&mut self, generation: usize, world: &World) -> Option<String> {
        if world.population() == 0 {
            return Some("died out".to_string());
        }
        let before = self.seen.insert(world.cells.clone(), generation)?;
        Some(match generation - before {
            1 => "stands still".to_string(),
            period => format!("repeats every {period} generations"),
        })
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn world(width: usize, height: usize, drawing: &str) -> World {
        let mut world = World::new(width, height).unwrap();
        world.place(drawing).unwrap();
        world
    }

    #[test]
    fn a_blinker_turns() {
        let start = world(5, 5, "###");
        let mut turned = start.clone();
        turned.step();
        assert_eq!(turned, world(5, 5, "#\n#\n#"));
        turned.step();
        assert_eq!(turned, start);
    }

    #[test]
    fn lonely_and_crowded_cells_die() {
        let mut lonely = world(5, 5, "##");
        lonely.step();
        assert_eq!(lonely.population(), 0);
        let mut crowded = world(5, 5, "###\n###\n###");
        crowded.step();
        assert!(!crowded.is_alive(2, 2) && crowded.is_alive(2, 0));
    }

    #[test]
    fn a_glider_moves_by_one_cell_in_four_generations() {
        let mut glider = world(9, 9, ".#.\n..#\n###");
        let start = glider.clone();
        (0..4).for_each(|_| glider.step());
        for y in 0..8 {
            for x in 0..8 {
                assert_eq!(glider.is_alive(x + 1, y + 1), start.is_alive(x, y));
            }
        }
    }

    #[test]
    fn nothing_lives_outside() {
        let full = world(2, 2, "##\n##");
        assert!(!full.is_alive(-1, 0) && !full.is_alive(0, 2) && full.is_alive(1, 1));
    }

    #[test]
    fn sizes_are_checked() {
        assert!(World::new(0, 5).is_err());
        assert!(World::new(usize::MAX, 2).is_err());
        let message = World::new(2, 2).unwrap().place("###").unwrap_err();
        assert!(message.contains("3x1"), "{message}");
    }

    #[test]
    fn worlds_are_drawn() {
        let drawn = world(3, 1, "#").to_string();
        assert_eq!(drawn, format!("{DEAD}{ALIVE}{DEAD}\n"));
    }

    // @feature random
    #[test]
    fn the_same_seed_gives_the_same_world() {
        let scattered = |share, seed| {
            let mut world = World::new(50, 50).unwrap();
            world.scatter(share, seed);
            world
        };
        assert_eq!(scattered(0.3, 7), scattered(0.3, 7));
        assert_ne!(scattered(0.3, 7), scattered(0.3, 8));
        assert!((600..900).contains(&scattered(0.3, 7).population()));
        assert_eq!(scattered(1.0, 1).population(), 2500);
    }
    // @end

    // @feature wrap
    #[test]
    fn joined_edges_let_gliders_come_back() {
        let mut glider = world(6, 6, ".#.\n..#\n###");
        glider.set_wrap(true);
        let start = glider.clone();
        (0..24).for_each(|_| glider.step());
        assert_eq!(glider, start);
    }
    // @end

    // @feature cycles
    #[test]
    fn endings_are_noticed() {
        let ending = |drawing| {
            let (mut world, mut watcher) = (world(12, 12, drawing), Watcher::default());
            (0..50).find_map(|generation| {
                let ending = watcher.watch(generation, &world);
                world.step();
                ending
            })
        };
        assert_eq!(ending("##").unwrap(), "died out");
        assert_eq!(ending("##\n##").unwrap(), "stands still");
        assert_eq!(ending("###").unwrap(), "repeats every 2 generations");
    }
    // @end

    // @feature patterns
    #[test]
    fn patterns_have_names() {
        assert_eq!(find_pattern("blinker"), Ok("###"));
        assert!(find_pattern("unicorn").unwrap_err().contains("glider"));
    }
    // @end
}
