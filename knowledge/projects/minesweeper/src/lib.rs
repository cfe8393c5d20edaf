//! Minesweeper: the field, and the conversation with the player.

use std::fmt;
use std::io::{self, BufRead, Write};

/// The field when no other is asked for.
pub const WIDTH: usize = 9; // @slot width
pub const HEIGHT: usize = 9; // @slot height
pub const MINES: usize = 10; // @slot mines

/// The largest side of a field.
const MOST: usize = 99;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cover {
    Closed,
    Flagged,
    Open,
}

/// How a game stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Playing,
    Won,
    Lost,
}

/// A field of cells, addressed by column and row from 0. Mines are laid with the first opening.
#[derive(Debug, Clone)]
pub struct Field {
    width: usize,
    height: usize,
    mines: usize,
    seed: u64,
    laid: bool,
    mined: Vec<bool>,
    covers: Vec<Cover>,
}

impl Field {
    /// A field with fewer mines than cells.
    pub fn new(width: usize, height: usize, mines: usize, seed: u64) -> Result<Self, String> {
        if !(1..=MOST).contains(&width) || !(1..=MOST).contains(&height) {
            return Err(format!("a field has from 1x1 to {MOST}x{MOST} cells"));
        }
        if mines >= width * height {
            return Err(format!("{mines} mines are too many for {width}x{height}"));
        }
        Ok(Field {
            width,
            height,
            mines,
            seed,
            laid: false,
            mined: vec![false; width * height],
            covers: vec![Cover::Closed; width * height],
        })
    }

    /// The place of a cell in the vectors.
    fn place(&self, x: usize, y: usize) -> Result<usize, String> {
        match x < self.width && y < self.height {
            true => Ok(y * self.width + x),
            false => Err(format!(
                "there is no cell {} {}",
                x.saturating_add(1),
                y.saturating_add(1)
            )),
        }
    }

    fn around(&self, place: usize) -> Vec<usize> {
        let (x, y) = (place % self.width, place / self.width);
        let columns = x.saturating_sub(1)..(x + 2).min(self.width);
        let rows = y.saturating_sub(1)..(y + 2).min(self.height);
        rows.flat_map(|row| columns.clone().map(move |column| (row, column)))
            .map(|(row, column)| row * self.width + column)
            .filter(|&other| other != place)
            .collect()
    }

    /// How many mines are next to a cell.
    fn number(&self, place: usize) -> usize {
        let around = self.around(place);
        around.iter().filter(|&&other| self.mined[other]).count()
    }

    /// Lays the mines anywhere but in one cell, and not next to it where there is room.
    fn lay(&mut self, first: usize) {
        let near = self.around(first);
        let mut free: Vec<usize> = (0..self.mined.len()).filter(|&p| p != first).collect();
        if free.len() - near.len() >= self.mines {
            free.retain(|place| !near.contains(place));
        }
        for _ in 0..self.mines {
            self.seed = self
                .seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let chosen = (self.seed >> 33) as usize % free.len();
            self.mined[free.swap_remove(chosen)] = true;
        }
        self.laid = true;
    }

    /// Opens a cell; if no mines are around it, its neighbours are opened as well.
    pub fn open(&mut self, x: usize, y: usize) -> Result<(), String> {
        let first = self.place(x, y)?;
        match self.covers[first] {
            Cover::Flagged => return Err("a flag is there".to_string()),
            Cover::Open => return Err("it is open".to_string()),
            Cover::Closed => {}
        }
        if !self.laid {
            self.lay(first);
        }
        let mut todo = vec![first];
        while let Some(place) = todo.pop() {
            if self.covers[place] != Cover::Closed {
                continue;
            }
            self.covers[place] = Cover::Open;
            if !self.mined[place] && self.number(place) == 0 {
                todo.extend(self.around(place));
            }
        }
        Ok(())
    }

    /// Sets a flag, or takes it away.
    pub fn flag(&mut self, x: usize, y: usize) -> Result<(), String> {
        let place = self.place(x, y)?;
        self.covers[place] = match self.covers[place] {
            Cover::Closed => Cover::Flagged,
            Cover::Flagged => Cover::Closed,
            Cover::Open => return Err("it is open".to_string()),
        };
        Ok(())
    }

    // @feature chord
    /// Opens what is around an open number that has as many flags around it.
    pub fn open_around(&mut self, x: usize, y: usize) -> Result<(), String> {
        let place = self.place(x, y)?;
        let (flagged, other): (Vec<usize>, Vec<usize>) = self
            .around(place)
            .into_iter()
            .partition(|&p| self.covers[p] == Cover::Flagged);
        if self.covers[place] != Cover::Open || flagged.len() != self.number(place) {
            return Err("that is no number with all its flags".to_string());
        }
        for place in other {
            if self.covers[place] == Cover::Closed {
                self.open(place % self.width, place / self.width)?;
            }
        }
        Ok(())
    }
    // @end

    // @feature hint
    /// A closed cell that cannot be a mine, by what the single numbers say.
    pub fn safe_cell(&self) -> Option<(usize, usize)> {
        let open = |place: &usize| self.covers[*place] == Cover::Open;
        let closed = |place: usize| -> Vec<usize> {
            let around = self.around(place).into_iter();
            around.filter(|other| !open(other)).collect()
        };
        let numbers: Vec<usize> = (0..self.mined.len()).filter(open).collect();
        let mut certain = vec![false; self.mined.len()];
        for &place in &numbers {
            let closed = closed(place);
            if closed.len() == self.number(place) {
                closed.into_iter().for_each(|mine| certain[mine] = true);
            }
        }
        numbers.iter().find_map(|&place| {
            let (mines, rest): (Vec<usize>, Vec<usize>) =
                closed(place).into_iter().partition(|&p| certain[p]);
            let safe = *rest.first()?;
            let all_known = mines.len() == self.number(place);
            all_known.then_some((safe % self.width, safe / self.width))
        })
    }
    // @end

    pub fn status(&self) -> Status {
        let opened = |mined: bool| {
            let cells = self.covers.iter().zip(&self.mined);
            cells
                .filter(|(cover, is)| **cover == Cover::Open && **is == mined)
                .count()
        };
        if opened(true) > 0 {
            Status::Lost
        } else if opened(false) == self.mined.len() - self.mines {
            Status::Won
        } else {
            Status::Playing
        }
    }

    fn flags(&self) -> usize {
        let flagged = |cover: &&Cover| **cover == Cover::Flagged;
        self.covers.iter().filter(flagged).count()
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let lost = self.status() == Status::Lost;
        let head: String = (1..=self.width).map(|x| format!("{x:>3}")).collect();
        writeln!(f, "   {head}")?;
        for y in 0..self.height {
            write!(f, "{:>3}", y + 1)?;
            for place in y * self.width..(y + 1) * self.width {
                let sign = match (self.covers[place], self.mined[place], self.number(place)) {
                    (Cover::Open, true, _) => "X".to_string(),
                    (Cover::Open, false, 0) => " ".to_string(),
                    (Cover::Open, false, number) => number.to_string(),
                    (Cover::Closed, true, _) if lost => "*".to_string(),
                    (Cover::Closed, ..) => ".".to_string(),
                    (Cover::Flagged, ..) => "F".to_string(),
                };
                write!(f, "  {sign}")?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Does what a line says. Columns and rows count from 1.
fn obey(field: &mut Field, line: &str) -> Result<(), String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let [verb, x, y] = words[..] else {
        return Err("type for example: open 3 1, flag 3 1, quit".to_string());
    };
    let number = |text: &str| -> Result<usize, String> {
        let number = text.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        number.ok_or(format!("'{text}' is not a column or row"))
    };
    let (x, y) = (number(x)?, number(y)?);
    match verb {
        "open" | "o" => field.open(x, y),
        "flag" | "f" => field.flag(x, y),
        // @feature chord
        "around" | "a" => field.open_around(x, y),
        // @end
        _ => Err(format!("'{verb}' is neither open nor flag")),
    }
}

/// Plays until the game is over or input ends.
pub fn play(mut field: Field, input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    let mut lines = input.lines();
    let mut show = true;
    loop {
        if show {
            write!(out, "{field}")?;
            match field.status() {
                Status::Won => return writeln!(out, "the field is clear"),
                Status::Lost => return writeln!(out, "that was a mine"),
                Status::Playing => {
                    writeln!(out, "{} mines, {} flags", field.mines, field.flags())?;
                }
            }
        }
        let Some(line) = lines.next().transpose()? else {
            return writeln!(out, "end of input");
        };
        show = false;
        match line.trim() {
            "" => {}
            "quit" => return Ok(()),
            // @feature hint
            "hint" => match field.safe_cell() {
                Some((x, y)) => writeln!(out, "open {} {}", x + 1, y + 1)?,
                None => writeln!(out, "no cell is certain")?,
            },
            // @end
            line => match obey(&mut field, line) {
                Ok(()) => show = true,
                Err(message) => writeln!(out, "{message}")?,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A field with mines where the drawing has stars.
    fn drawn(rows: &[&str]) -> Field {
        let mined: Vec<bool> = rows.concat().chars().map(|sign| sign == '*').collect();
        let mines = mined.iter().filter(|mine| **mine).count();
        let mut field = Field::new(rows[0].len(), rows.len(), mines, 1).unwrap();
        field.mined = mined;
        field.laid = true;
        field
    }

    #[test]
    fn numbers_count_the_mines_around() {
        let field = drawn(&["*..", "..*", "..*"]);
        let numbers: Vec<usize> = (0..9).map(|place| field.number(place)).collect();
        assert_eq!(numbers, [0, 2, 1, 1, 3, 1, 0, 2, 1]);
    }

    #[test]
    fn empty_areas_open_at_once() {
        let mut field = drawn(&["....", "....", "...*"]);
        field.open(0, 0).unwrap();
        assert_eq!(field.status(), Status::Won);
        assert!(field.to_string().contains("1  1\n"));
    }

    #[test]
    fn a_mine_ends_the_game_and_shows_the_others() {
        let mut field = drawn(&["*.*"]);
        field.open(0, 0).unwrap();
        assert_eq!(field.status(), Status::Lost);
        assert!(field.to_string().ends_with("  1  X  .  *\n"));
    }

    #[test]
    fn flags_protect_and_can_be_taken_away() {
        let mut field = drawn(&["*.."]);
        field.flag(0, 0).unwrap();
        assert_eq!(field.open(0, 0).unwrap_err(), "a flag is there");
        field.flag(0, 0).unwrap();
        field.open(1, 0).unwrap();
        assert!(field.flag(1, 0).is_err() && field.open(1, 0).is_err());
        assert_eq!(field.status(), Status::Playing);
        assert!(field.open(3, 0).unwrap_err().contains("no cell 4 1"));
    }

    #[test]
    fn the_first_cell_is_safe_whatever_the_seed() {
        for seed in 0..200 {
            let mut full = Field::new(4, 3, 11, seed).unwrap();
            full.open(2, 1).unwrap();
            assert_eq!(full.status(), Status::Won);
            let mut roomy = Field::new(9, 9, 10, seed).unwrap();
            roomy.open(4, 4).unwrap();
            assert_eq!(roomy.number(40), 0);
            assert_eq!(roomy.mined.iter().filter(|mine| **mine).count(), 10);
        }
    }

    #[test]
    fn impossible_fields_and_unclear_lines_are_refused() {
        assert!(Field::new(3, 3, 9, 1).is_err() && Field::new(0, 3, 0, 1).is_err());
        let mut out = Vec::new();
        let input = "dig 1 1\nopen 0 1\nopen\n";
        play(drawn(&["*."]), input.as_bytes(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("'dig' is neither") && text.contains("'0' is not a column"));
        assert!(text.contains("type for example") && text.ends_with("end of input\n"));
    }

    // @feature chord
    #[test]
    fn all_around_a_finished_number_opens() {
        let mut field = drawn(&["*..", "...", "..*"]);
        field.open(1, 0).unwrap();
        assert!(field.open_around(1, 0).is_err());
        field.flag(0, 0).unwrap();
        field.open_around(1, 0).unwrap();
        assert_eq!(field.covers[4], Cover::Open);
        assert_eq!(field.status(), Status::Playing);
    }
    // @end

    // @feature hint
    #[test]
    fn hints_are_certain() {
        let mut field = drawn(&["*...*", "....."]);
        assert_eq!(field.safe_cell(), None);
        field.open(2, 0).unwrap();
        assert_eq!(field.safe_cell(), None);
        for seed in 0..50 {
            let mut field = Field::new(9, 9, 10, seed).unwrap();
            field.open(4, 4).unwrap();
            while let Some((x, y)) = field.safe_cell() {
                field.open(x, y).unwrap();
            }
            assert_ne!(field.status(), Status::Lost);
        }
    }
    // @end
}
