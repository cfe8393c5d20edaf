//! Tic-tac-toe: the board, an opponent that cannot be beaten, and the conversation with the player.

use std::fmt;
use std::io::{self, BufRead, Write};

/// The mark of the player when there is only one. X always moves first.
pub const HUMAN: Mark = Mark::X; // @slot human

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    X,
    O,
}

impl Mark {
    pub fn other(self) -> Mark {
        match self {
            Mark::X => Mark::O,
            Mark::O => Mark::X,
        }
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

const LINES: [[usize; 3]; 8] = [
    [0, 1, 2],
    [3, 4, 5],
    [6, 7, 8],
    [0, 3, 6],
    [1, 4, 7],
    [2, 5, 8],
    [0, 4, 8],
    [2, 4, 6],
];

/// Nine squares, counted row by row from the top left.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Board {
    squares: [Option<Mark>; 9],
}

impl Board {
    pub fn free(&self) -> Vec<usize> {
        (0..9).filter(|&at| self.squares[at].is_none()).collect()
    }

    /// Whose turn it is.
    pub fn next(&self) -> Mark {
        match self.free().len() % 2 {
            1 => Mark::X,
            _ => Mark::O,
        }
    }

    /// Sets the mark whose turn it is.
    pub fn play(&mut self, square: usize) -> Result<(), String> {
        match self.squares.get(square) {
            Some(None) => {
                self.squares[square] = Some(self.next());
                Ok(())
            }
            Some(_) => Err(format!("square {} is taken", square + 1)),
            None => Err("choose a square from 1 to 9".to_string()),
        }
    }

    pub fn winner(&self) -> Option<Mark> {
        LINES.iter().find_map(|&[a, b, c]| {
            let mark = self.squares[a]?;
            let same = [b, c].iter().all(|&at| self.squares[at] == Some(mark));
            same.then_some(mark)
        })
    }

    pub fn is_over(&self) -> bool {
        self.winner().is_some() || self.free().is_empty()
    }

    /// What the side to move can reach against the best play: above 0 it wins, below 0 it loses.
    /// Wins that come sooner and losses that come later count for more.
    fn value(&self) -> i32 {
        let free = self.free();
        if self.winner().is_some() {
            return -1 - free.len() as i32; // only the side that has just moved can have won
        }
        let after = |at: usize| {
            let mut board = self.clone();
            board.squares[at] = Some(self.next());
            -board.value()
        };
        free.into_iter().map(after).max().unwrap_or(0)
    }

    /// The best square for the side to move; the first one of several that are as good.
    pub fn best(&self) -> Option<usize> {
        let mut best: Option<(i32, usize)> = None;
        for at in self.free() {
            let mut board = self.clone();
            board.squares[at] = Some(self.next());
            let value = -board.value();
            if best.is_none_or(|(known, _)| value > known) {
                best = Some((value, at));
            }
        }
        best.map(|(_, at)| at)
    }
}

impl fmt::Display for Board {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        for (row, squares) in self.squares.chunks(3).enumerate() {
            if row > 0 {
                writeln!(f, "---+---+---")?;
            }
            let texts: Vec<String> = squares
                .iter()
                .enumerate()
                .map(|(column, mark)| match mark {
                    Some(mark) => format!(" {mark} "),
                    None => format!(" {} ", row * 3 + column + 1),
                })
                .collect();
            writeln!(f, "{}", texts.join("|"))?;
        }
        Ok(())
    }
}

/// How the game is played.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Leaves the board out.
    pub quiet: bool,
    // @feature two_players
    /// Two people play, the computer does not.
    pub two_players: bool,
    // @end
    // @feature easy
    /// The computer moves at random, by this seed.
    pub easy: Option<u64>,
    // @end
    // @feature rematch
    /// A new game begins when one is over.
    pub rematch: bool,
    // @end
}

// @feature easy
/// A free square by chance.
fn random_square(board: &Board, seed: &mut u64) -> Option<usize> {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    let free = board.free();
    let at = (*seed >> 33).checked_rem(free.len() as u64)?;
    free.get(at as usize).copied()
}
// @end

/// Plays until the game is over or input ends.
pub fn play(input: impl BufRead, mut out: impl Write, settings: Settings) -> io::Result<()> {
    let is_human = |mark: Mark| mark == HUMAN;
    // @feature two_players
    let is_human = |mark: Mark| settings.two_players || is_human(mark);
    // @end
    // @feature easy
    let mut seed = settings.easy;
    // @end
    // @feature rematch
    let mut score = [0; 3];
    // @end
    let mut lines = input.lines();
    let mut history = vec![Board::default()];
    while let Some(board) = history.last() {
        let mut board = board.clone();
        if board.is_over() {
            if !settings.quiet {
                write!(out, "{board}")?;
            }
            match board.winner() {
                Some(mark) => writeln!(out, "{mark} wins")?,
                None => writeln!(out, "draw")?,
            }
            // @feature rematch
            if settings.rematch {
                score[board.winner().map_or(2, |mark| mark as usize)] += 1;
                let [x, o, draws] = score;
                writeln!(out, "score: X {x}, O {o}, draws {draws}")?;
                history = vec![Board::default()];
                continue;
            }
            // @end
            return Ok(());
        }
        if !is_human(board.next()) {
            let chosen = board.best();
            // @feature easy
            let chosen = match &mut seed {
                Some(seed) => random_square(&board, seed),
                None => chosen,
            };
            // @end
            if let Some(square) = chosen {
                writeln!(out, "computer: {}", square + 1)?;
                board.squares[square] = Some(board.next());
            }
            history.push(board);
            continue;
        }
        if !settings.quiet {
            write!(out, "{board}{}, your move: ", board.next())?;
            out.flush()?;
        }
        let Some(line) = lines.next().transpose()? else {
            return writeln!(out, "end of input");
        };
        match line.trim() {
            "" => continue,
            "quit" => return Ok(()),
            // @feature hint
            "hint" => {
                let best = board.best().map_or(0, |square| square + 1);
                writeln!(out, "best is {best}")?;
            }
            // @end
            // @feature undo
            "undo" => {
                // Back to before the last move that a person made.
                let earlier = history[..history.len() - 1].iter();
                match earlier.rev().position(|board| is_human(board.next())) {
                    Some(back) => history.truncate(history.len() - 1 - back),
                    None => writeln!(out, "nothing to take back")?,
                }
            }
            // @end
            text => {
                let square = text.parse::<usize>().unwrap_or(0);
                match board.play(square.wrapping_sub(1)) {
                    Ok(()) => history.push(board),
                    Err(message) => writeln!(out, "{message}")?,
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(moves: &[usize]) -> Board {
        let mut board = Board::default();
        for square in moves {
            board.play(square - 1).unwrap();
        }
        board
    }

    fn conversation(input: &str, settings: Settings) -> String {
        let mut out = Vec::new();
        play(input.as_bytes(), &mut out, settings).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn quiet() -> Settings {
        Settings {
            quiet: true,
            ..Settings::default()
        }
    }

    #[test]
    fn lines_win() {
        assert_eq!(board(&[1, 4, 2, 5, 3]).winner(), Some(Mark::X));
        assert_eq!(board(&[1, 3, 2, 5, 9, 7]).winner(), Some(Mark::O));
        assert_eq!(board(&[1, 4, 2, 5]).winner(), None);
    }

    #[test]
    fn a_full_board_is_a_draw() {
        let full = board(&[1, 2, 3, 5, 4, 6, 8, 7, 9]);
        assert!(full.is_over() && full.winner().is_none() && full.best().is_none());
    }

    #[test]
    fn taken_and_unknown_squares_are_refused() {
        let mut taken = board(&[5]);
        assert_eq!(taken.play(4).unwrap_err(), "square 5 is taken");
        assert!(taken.play(9).is_err());
        assert_eq!(taken.next(), Mark::O);
    }

    #[test]
    fn it_wins_when_it_can_and_blocks_when_it_must() {
        assert_eq!(board(&[1, 4, 2, 5]).best(), Some(2));
        assert_eq!(board(&[1, 5, 2]).best(), Some(2));
    }

    /// Tries every game of one side against the computer; returns how many the computer lost.
    fn losses(board: &Board, computer: Mark) -> usize {
        if board.is_over() {
            return usize::from(board.winner() == Some(computer.other()));
        }
        let moves = match board.next() == computer {
            true => board.best().into_iter().collect(),
            false => board.free(),
        };
        let after = |square: usize| {
            let mut next = board.clone();
            next.play(square).unwrap();
            losses(&next, computer)
        };
        moves.into_iter().map(after).sum()
    }

    #[test]
    fn nobody_beats_it() {
        // The first squares are given, to save the longest search.
        for first in 1..=9 {
            assert_eq!(losses(&board(&[first]), Mark::O), 0);
        }
        for reply in 2..=9 {
            assert_eq!(losses(&board(&[1, reply]), Mark::X), 0);
        }
    }

    #[test]
    fn wrong_lines_are_answered_and_the_end_of_input_ends_the_game() {
        let text = conversation("x\n0\n10\n", quiet());
        assert_eq!(text.matches("choose a square from 1 to 9").count(), 3);
        assert!(text.ends_with("end of input\n"));
        let shown = conversation("quit\n", Settings::default());
        assert!(shown.contains("---+---+---"), "{shown}");
    }

    // @feature two_players
    #[test]
    fn two_people_play() {
        let settings = Settings {
            two_players: true,
            ..quiet()
        };
        assert_eq!(conversation("1\n4\n2\n5\n3\n", settings), "X wins\n");
    }
    // @end

    // @feature easy
    #[test]
    fn the_easy_opponent_plays_free_squares_and_can_lose() {
        let results: Vec<String> = (0..40)
            .map(|seed| {
                let settings = Settings {
                    easy: Some(seed),
                    ..quiet()
                };
                conversation("1\n2\n3\n4\n5\n6\n7\n8\n9\n", settings)
            })
            .collect();
        let won = format!("{HUMAN} wins");
        assert!(results.iter().any(|text| text.contains(&won)));
        assert!(results.iter().all(|text| !text.contains("end of input")));
    }
    // @end

    // @feature hint
    #[test]
    fn hints_do_not_move() {
        let text = conversation("hint\nhint\n", quiet());
        let hints: Vec<&str> = text.lines().filter(|l| l.starts_with("best")).collect();
        assert_eq!(hints.len(), 2);
        assert_eq!(hints[0], hints[1]);
    }
    // @end

    // @feature undo
    #[test]
    fn moves_are_taken_back_with_the_answer() {
        assert!(conversation("undo\n", quiet()).contains("nothing to take back"));
        let text = conversation("7\nundo\n7\n", quiet());
        assert!(!text.contains("taken"), "{text}");
    }
    // @end

    // @feature rematch
    #[test]
    fn the_score_is_kept() {
        let settings = Settings {
            rematch: true,
            ..quiet()
        };
        let any = "1\n2\n3\n4\n5\n6\n7\n8\n9\n".repeat(4);
        let text = conversation(&any, settings);
        assert!(text.contains("score: ") && text.ends_with("end of input\n"));
    }
    // @end
}
