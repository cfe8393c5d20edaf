//! Predators and their prey on a square grid whose opposite edges are joined.

use std::fmt;

/// What is simulated when nothing else is said.
pub const PREY: usize = 200; // @slot prey
pub const PREDATORS: usize = 40; // @slot predators
pub const SIDE: usize = 50; // @slot side
pub const STEPS: usize = 100; // @slot steps

/// How the animals live. Times are steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Habits {
    /// The age at which prey breeds.
    pub prey_breeds: u32,
    /// The age from which a predator breeds after a meal.
    pub predator_breeds: u32,
    /// How long a predator lives after a meal.
    pub hunger: u32,
}

impl Default for Habits {
    fn default() -> Self {
        Habits {
            prey_breeds: 5,
            predator_breeds: 15,
            hunger: 8,
        }
    }
}

/// What is in a cell of the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Prey { age: u32 },
    Predator { age: u32, energy: u32 },
}

/// Numbers by chance, the same ones for the same seed.
#[derive(Debug, Clone)]
struct Random(u64);

impl Random {
    /// A number below `limit`, which must not be 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed >> 33) as usize % limit
    }

    fn pick(&mut self, places: &[usize]) -> Option<usize> {
        match places.len() {
            0 => None,
            count => Some(places[self.below(count)]),
        }
    }
}

/// How many animals of each kind there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    pub prey: usize,
    pub predators: usize,
}

#[derive(Debug, Clone)]
pub struct World {
    side: usize,
    cells: Vec<Cell>,
    habits: Habits,
    random: Random,
}

impl World {
    /// A world with animals of all ages at places chosen by the seed.
    pub fn new(side: usize, count: Count, habits: Habits, seed: u64) -> Result<World, String> {
        if !(2..=1000).contains(&side) {
            return Err("the sides of the grid must be from 2 to 1000".to_string());
        }
        let animals = count.prey.saturating_add(count.predators);
        if animals > side * side {
            return Err(format!(
                "{animals} animals do not fit on {side}x{side} cells"
            ));
        }
        if [habits.prey_breeds, habits.predator_breeds, habits.hunger].contains(&0) {
            return Err("ages and hunger must be at least 1".to_string());
        }
        let mut random = Random(seed);
        let mut free: Vec<usize> = (0..side * side).collect();
        let mut cells = vec![Cell::Empty; side * side];
        for number in 0..animals {
            let place = free.swap_remove(random.below(free.len()));
            cells[place] = match number < count.prey {
                true => Cell::Prey {
                    age: random.below(habits.prey_breeds as usize) as u32,
                },
                false => Cell::Predator {
                    age: random.below(habits.predator_breeds as usize) as u32,
                    energy: habits.hunger,
                },
            };
        }
        Ok(World {
            side,
            cells,
            habits,
            random,
        })
    }

    pub fn count(&self) -> Count {
        let is_prey = |cell: &&Cell| matches!(cell, Cell::Prey { .. });
        let is_predator = |cell: &&Cell| matches!(cell, Cell::Predator { .. });
        Count {
            prey: self.cells.iter().filter(is_prey).count(),
            predators: self.cells.iter().filter(is_predator).count(),
        }
    }

    /// The four cells beside a cell.
    fn beside(&self, place: usize) -> [usize; 4] {
        let (side, all) = (self.side, self.cells.len());
        let (column, row) = (place % side, place - place % side);
        [
            (place + side) % all,
            (place + all - side) % all,
            row + (column + 1) % side,
            row + (column + side - 1) % side,
        ]
    }

    /// One of the cells beside a place that hold what is wanted.
    fn find(&mut self, place: usize, wanted: fn(Cell) -> bool) -> Option<usize> {
        let mut places = self.beside(place).to_vec();
        places.retain(|&other| wanted(self.cells[other]));
        self.random.pick(&places)
    }

    /// Lets every animal act once.
    pub fn step(&mut self) {
        let mut acted = vec![false; self.cells.len()];
        for place in 0..self.cells.len() {
            if acted[place] {
                continue;
            }
            let goes_to = match self.cells[place] {
                Cell::Empty => continue,
                Cell::Prey { age } => self.move_prey(place, age + 1),
                Cell::Predator { age, energy } => self.move_predator(place, age + 1, energy - 1),
            };
            acted[goes_to] = true;
        }
    }

    /// Moves prey to a free cell; if it is old enough its young stays behind.
    fn move_prey(&mut self, place: usize, age: u32) -> usize {
        let Some(target) = self.find(place, |cell| cell == Cell::Empty) else {
            self.cells[place] = Cell::Prey { age };
            return place;
        };
        let breeds = age >= self.habits.prey_breeds;
        (self.cells[place], self.cells[target]) = match breeds {
            true => (Cell::Prey { age: 0 }, Cell::Prey { age: 0 }),
            false => (Cell::Empty, Cell::Prey { age }),
        };
        target
    }

    /// Moves a predator to prey, which it eats, or else to a free cell. One that is old enough
    /// breeds after a meal.
    fn move_predator(&mut self, place: usize, age: u32, energy: u32) -> usize {
        let meal = self.find(place, |cell| matches!(cell, Cell::Prey { .. }));
        let energy = match meal {
            Some(_) => self.habits.hunger,
            None if energy == 0 => {
                self.cells[place] = Cell::Empty;
                return place;
            }
            None => energy,
        };
        let target = meal.or_else(|| self.find(place, |cell| cell == Cell::Empty));
        let Some(target) = target else {
            self.cells[place] = Cell::Predator { age, energy };
            return place;
        };
        let young = Cell::Predator {
            age: 0,
            energy: self.habits.hunger,
        };
        let breeds = meal.is_some() && age >= self.habits.predator_breeds;
        (self.cells[place], self.cells[target]) = match breeds {
            true => (young, Cell::Predator { age: 0, energy }),
            false => (Cell::Empty, Cell::Predator { age, energy }),
        };
        target
    }

    /// Runs until the steps are done or a kind has died out. Returns the counts from the
    /// beginning on.
    pub fn run(&mut self, steps: usize) -> Vec<Count> {
        let mut counts = vec![self.count()];
        for _ in 0..steps {
            let count = self.count();
            if count.prey == 0 || count.predators == 0 {
                break;
            }
            self.step();
            counts.push(self.count());
        }
        counts
    }
}

/// Draws `o` for prey and `X` for predators.
impl fmt::Display for World {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for row in self.cells.chunks(self.side) {
            let sign = |cell: &Cell| match cell {
                Cell::Empty => '.',
                Cell::Prey { .. } => 'o',
                Cell::Predator { .. } => 'X',
            };
            writeln!(f, "{}", row.iter().map(sign).collect::<String>())?;
        }
        Ok(())
    }
}

/// The counts as a table, one line for each `every`th step, and what died out.
pub fn table(counts: &[Count], every: usize) -> String {
    let mut text = "  step     prey predators\n".to_string();
    for (step, count) in counts.iter().enumerate().step_by(every.max(1)) {
        text += &format!("{step:>6} {:>8} {:>9}\n", count.prey, count.predators);
    }
    text + ending(counts)
}

fn ending(counts: &[Count]) -> &'static str {
    match counts.last() {
        Some(Count { prey: 0, .. }) => "the prey has died out\n",
        Some(Count { predators: 0, .. }) => "the predators have died out\n",
        _ => "",
    }
}

// @feature csv
/// The counts as comma-separated values.
pub fn csv(counts: &[Count], every: usize) -> String {
    let mut text = "step,prey,predators\n".to_string();
    for (step, count) in counts.iter().enumerate().step_by(every.max(1)) {
        text += &format!("{step},{},{}\n", count.prey, count.predators);
    }
    text
}
// @end

// @feature chart
/// One line for each `every`th step with `o` at the number of prey and `X` at that of predators.
pub fn chart(counts: &[Count], every: usize) -> String {
    const WIDTH: usize = 70;
    let both = |count: &Count| count.prey.max(count.predators);
    let most = counts.iter().map(both).max().unwrap_or(0).max(1);
    let mut text = format!("  step 0{:>width$}\n", most, width = WIDTH);
    for (step, count) in counts.iter().enumerate().step_by(every.max(1)) {
        let mut line = vec![' '; WIDTH + 1];
        line[count.prey * WIDTH / most] = 'o';
        line[count.predators * WIDTH / most] = 'X';
        let line: String = line.into_iter().collect();
        text += &format!("{step:>6} {}\n", line.trim_end());
    }
    text + ending(counts)
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn world(side: usize, prey: usize, predators: usize, seed: u64) -> World {
        World::new(side, Count { prey, predators }, Habits::default(), seed).unwrap()
    }

    #[test]
    fn animals_are_placed_as_told() {
        let count = world(10, 60, 40, 3).count();
        assert_eq!((count.prey, count.predators), (60, 40));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let new = |side, prey, predators, habits| {
            World::new(side, Count { prey, predators }, habits, 1).is_err()
        };
        assert!(new(1, 0, 0, Habits::default()));
        assert!(new(5, 20, 6, Habits::default()));
        assert!(new(5, usize::MAX, 6, Habits::default()));
        let hungry = Habits {
            hunger: 0,
            ..Habits::default()
        };
        assert!(new(5, 2, 2, hungry));
    }

    #[test]
    fn prey_alone_fills_the_world() {
        let mut meadow = world(12, 3, 0, 1);
        (0..300).for_each(|_| meadow.step());
        assert_eq!(meadow.count().prey, 144);
    }

    #[test]
    fn predators_alone_starve() {
        let mut desert = world(12, 0, 20, 1);
        (1..Habits::default().hunger).for_each(|_| desert.step());
        assert_eq!(desert.count().predators, 20);
        desert.step();
        assert_eq!(desert.count().predators, 0);
    }

    #[test]
    fn a_predator_eats_what_is_beside_it() {
        let habits = Habits {
            predator_breeds: 1_000_000,
            ..Habits::default()
        };
        let start = Count {
            prey: 3,
            predators: 1,
        };
        let mut pair = World::new(2, start, habits, 1).unwrap();
        pair.step();
        let count = pair.count();
        assert_eq!(count.predators, 1);
        let eaten = pair.cells.iter().any(|cell| match cell {
            Cell::Predator { energy, .. } => *energy == Habits::default().hunger,
            _ => false,
        });
        assert!(eaten);
    }

    #[test]
    fn edges_are_joined() {
        let mut beside = world(3, 0, 0, 1).beside(0);
        beside.sort_unstable();
        assert_eq!(beside, [1, 2, 3, 6]);
    }

    #[test]
    fn seeds_decide_and_runs_end_with_a_kind() {
        let run = |seed| world(20, 60, 20, seed).run(80);
        assert_eq!(run(5), run(5));
        assert_ne!(run(5), run(6));
        assert_eq!(world(5, 3, 0, 1).run(50).len(), 1);
        let text = table(&world(5, 0, 2, 1).run(50), 1);
        assert!(text.ends_with("the prey has died out\n"));
    }

    #[test]
    fn both_kinds_live_on_in_a_large_world() {
        let last = *world(50, 200, 40, 1).run(200).last().unwrap();
        assert!(last.prey > 0 && last.predators > 0, "{last:?}");
    }

    // @feature csv
    #[test]
    fn values_are_separated_by_commas() {
        let text = csv(&world(5, 2, 1, 1).run(0), 1);
        assert_eq!(text, "step,prey,predators\n0,2,1\n");
    }
    // @end

    // @feature chart
    #[test]
    fn charts_show_both_kinds() {
        let counts = [(10, 0), (5, 10)].map(|(prey, predators)| Count { prey, predators });
        let text = chart(&counts, 1);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1].find('o'), Some(7 + 70));
        assert_eq!(lines[2].find('o'), Some(7 + 35));
        assert_eq!(lines[2].find('X'), Some(7 + 70));
    }
    // @end
}
