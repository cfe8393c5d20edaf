//! A text adventure: rooms and things are data, this is the player's part.

mod world;

use std::io::{self, BufRead, Write};
pub use world::{Exit, Room, World};

/// The story that is played when no other is given.
pub const STORY: &str = include_str!("world.txt");

/// How many things the player can carry.
pub const CARRY: usize = 5; // @slot carry

/// A game that is being played.
#[derive(Debug, Clone)]
pub struct Game {
    world: World,
    here: usize,
    carried: Vec<String>,
    /// What lies in each room now.
    things: Vec<Vec<String>>,
    visited: Vec<bool>,
    // @feature score
    moves: usize,
    // @end
}

/// What the player gets to read, and whether the game goes on after it.
type Reply = (String, bool);

impl Game {
    pub fn new(world: World) -> Self {
        let mut visited = vec![false; world.rooms.len()];
        if let Some(first) = visited.first_mut() {
            *first = true;
        }
        Game {
            things: world.rooms.iter().map(|room| room.things.clone()).collect(),
            world,
            here: 0,
            carried: Vec::new(),
            visited,
            moves: 0, // @feature score
        }
    }

    fn room(&self) -> &Room {
        &self.world.rooms[self.here]
    }

    /// The room, what lies there and where one can go.
    pub fn look(&self) -> String {
        let room = self.room();
        let mut text = format!("{}\n{}", room.name, room.text);
        if !self.things[self.here].is_empty() {
            text += &format!("\nHere: {}.", self.things[self.here].join(", "));
        }
        text + &format!("\nExits: {}.", exits(room))
    }

    /// Does what a line says.
    pub fn command(&mut self, line: &str) -> Reply {
        // @feature save
        // File names keep their case.
        if let Some((verb @ ("save" | "load"), file)) = line.trim().split_once(' ') {
            let result = match verb {
                "save" => std::fs::write(file, self.saved()).map_err(|e| e.to_string()),
                _ => std::fs::read_to_string(file)
                    .map_err(|e| e.to_string())
                    .and_then(|text| self.restore(&text)),
            };
            return match result {
                Ok(()) if verb == "save" => (format!("saved to {file}"), true),
                Ok(()) => (self.look(), true),
                Err(error) => (format!("{file}: {error}"), true),
            };
        }
        // @end
        let line = line.trim().to_lowercase();
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let rest = rest.trim();
        let reply = match verb {
            "go" => return self.go(rest),
            "look" | "l" => self.look(),
            "take" | "get" => {
                let text = self.take(rest);
                return self.finish(text);
            }
            "drop" => self.drop_thing(rest),
            "inventory" | "i" if self.carried.is_empty() => "you carry nothing".to_string(),
            "inventory" | "i" => format!("you carry: {}", self.carried.join(", ")),
            "help" => "go WAY, look, take THING, drop THING, inventory, quit".to_string(),
            "quit" => return ("goodbye".to_string(), false),
            // @feature map
            "map" => self.map(),
            // @end
            // @feature score
            "score" => self.score(),
            // @end
            way if rest.is_empty() && self.room().exits.iter().any(|e| e.way == way) => {
                return self.go(way);
            }
            _ => format!("I do not understand '{line}'; try help"),
        };
        (reply, true)
    }

    fn go(&mut self, way: &str) -> Reply {
        let Some(exit) = self.room().exits.iter().find(|exit| exit.way == way) else {
            return (format!("there is no way {way}"), true);
        };
        if let Some(key) = exit.key.as_ref().filter(|key| !self.carried.contains(key)) {
            return (format!("you cannot go {way} without the {key}"), true);
        }
        self.here = exit.to;
        self.visited[self.here] = true;
        self.moves += 1; // @feature score
        self.finish(self.look())
    }

    /// A reply that ends the game if the goal is reached.
    fn finish(&self, text: String) -> Reply {
        let goal = self.room().goal.as_ref();
        let Some(thing) = goal.filter(|thing| self.carried.contains(thing)) else {
            return (text, true);
        };
        let text = format!("{text}\nYou bring the {thing}: you win!");
        // @feature score
        let text = format!("{text}\n{}", self.score());
        // @end
        (text, false)
    }

    fn take(&mut self, name: &str) -> String {
        if self.carried.len() >= CARRY {
            return format!("you cannot carry more than {CARRY} things");
        }
        let things = &mut self.things[self.here];
        match things.iter().position(|thing| thing == name) {
            Some(at) => {
                self.carried.push(things.remove(at));
                format!("you take the {name}")
            }
            None => format!("there is no {name} here"),
        }
    }

    fn drop_thing(&mut self, name: &str) -> String {
        match self.carried.iter().position(|thing| thing == name) {
            Some(at) => {
                let thing = self.carried.remove(at);
                self.things[self.here].push(thing);
                format!("you drop the {name}")
            }
            None => format!("you have no {name}"),
        }
    }

    // @feature map
    /// The rooms seen so far with their exits.
    fn map(&self) -> String {
        let rooms = self.world.rooms.iter().zip(&self.visited);
        let lines = rooms.filter(|(_, visited)| **visited).map(|(room, _)| {
            let mark = if room == self.room() { " (here)" } else { "" };
            format!("{}{mark}: {}", room.name, exits(room))
        });
        lines.collect::<Vec<_>>().join("\n")
    }
    // @end

    // @feature score
    fn score(&self) -> String {
        let found = self.visited.iter().filter(|v| **v).count();
        let rooms = self.world.rooms.len();
        format!("{} moves, {found} of {rooms} rooms found", self.moves)
    }
    // @end

    // @feature save
    /// The state of the game as text: the room, what is carried, then for each room whether it
    /// was visited and what lies there.
    fn saved(&self) -> String {
        let mut text = format!("{}\t{}\n", self.here, self.carried.join("\t"));
        for (visited, things) in self.visited.iter().zip(&self.things) {
            text += &format!("{}\t{}\n", u8::from(*visited), things.join("\t"));
        }
        text
    }

    /// Takes over a state that `saved()` wrote for the same world.
    fn restore(&mut self, text: &str) -> Result<(), String> {
        let wrong = || "this is no saved game of this world".to_string();
        let mut lines = text.lines().map(|line| {
            let (number, things) = line.split_once('\t')?;
            let things = things.split('\t').filter(|t| !t.is_empty());
            let number = number.parse::<usize>().ok()?;
            Some((number, things.map(str::to_string).collect::<Vec<_>>()))
        });
        let (here, carried) = lines.next().flatten().ok_or_else(wrong)?;
        let rooms = lines.collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
        let all = |lists: &[Vec<String>], carried: &[String]| {
            let mut names: Vec<String> = lists.concat();
            names.extend_from_slice(carried);
            names.sort();
            names
        };
        let (visited, things): (Vec<_>, Vec<_>) = rooms.into_iter().unzip();
        let same = all(&things, &carried) == all(&self.things, &self.carried);
        if things.len() != self.things.len() || here >= things.len() || !same {
            return Err(wrong());
        }
        (self.here, self.carried, self.things) = (here, carried, things);
        self.visited = visited.into_iter().map(|number| number == 1).collect();
        Ok(())
    }
    // @end
}

fn exits(room: &Room) -> String {
    let ways: Vec<&str> = room.exits.iter().map(|exit| exit.way.as_str()).collect();
    match ways.is_empty() {
        true => "none".to_string(),
        false => ways.join(", "),
    }
}

/// Plays until the game is over or input ends.
pub fn play(mut game: Game, input: impl BufRead, mut out: impl Write) -> io::Result<()> {
    writeln!(out, "{}", game.look())?;
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let (text, goes_on) = game.command(&line);
        writeln!(out, "{text}")?;
        if !goes_on {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn game() -> Game {
        Game::new(World::parse(STORY).unwrap())
    }

    fn say(game: &mut Game, line: &str) -> String {
        game.command(line).0
    }

    #[test]
    fn the_story_can_be_won() {
        // Few things can be carried, so the key is left behind when it has done its work.
        let input = "east\ntake key\nwest\nnorth\ntake lantern\ndrop key\nup\ntake letter\n\
                     down\nsouth\nlook\n";
        let mut out = Vec::new();
        play(game(), input.as_bytes(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("You bring the letter: you win!"), "{text}");
        assert_eq!(text.matches("Yard\n").count(), 3); // nothing is done after the end
    }

    #[test]
    fn locked_doors_need_their_key() {
        let mut game = game();
        assert_eq!(
            say(&mut game, "north"),
            "you cannot go north without the key"
        );
        say(&mut game, "GO East");
        say(&mut game, "take key");
        say(&mut game, "west");
        assert!(say(&mut game, "north").starts_with("Hall\n"));
    }

    #[test]
    fn things_move_between_rooms_and_the_player() {
        let mut game = game();
        assert_eq!(say(&mut game, "drop rope"), "you have no rope");
        assert_eq!(say(&mut game, "take rope"), "you take the rope");
        assert_eq!(say(&mut game, "i"), "you carry: rope");
        assert!(!game.look().contains("rope"));
        say(&mut game, "east");
        say(&mut game, "drop rope");
        assert!(game.look().contains("Here: key, rope."));
    }

    #[test]
    fn nobody_carries_too_much() {
        let mut game = game();
        game.carried = vec!["stone".to_string(); CARRY];
        assert!(say(&mut game, "take rope").contains("cannot carry more"));
    }

    #[test]
    fn what_is_not_understood_changes_nothing() {
        let mut game = game();
        for line in ["dance", "up", "north now", "take", "go"] {
            assert!(game.command(line).1, "{line}");
        }
        assert_eq!(game.here, 0);
        assert!(!game.command("quit").1);
    }

    // @feature map
    #[test]
    fn the_map_shows_what_was_visited() {
        let mut game = game();
        say(&mut game, "east");
        assert_eq!(
            say(&mut game, "map"),
            "Yard: north, east\nBarn (here): west"
        );
    }
    // @end

    // @feature score
    #[test]
    fn moves_and_rooms_are_counted() {
        let mut game = game();
        for line in ["east", "west", "west"] {
            say(&mut game, line);
        }
        assert_eq!(say(&mut game, "score"), "2 moves, 2 of 4 rooms found");
    }
    // @end

    // @feature save
    #[test]
    fn a_saved_game_goes_on() {
        let mut played = game();
        say(&mut played, "east");
        say(&mut played, "take key");
        let mut other = game();
        other.restore(&played.saved()).unwrap();
        assert_eq!(other.look(), played.look());
        assert_eq!(other.carried, ["key"]);
        for text in [
            "",
            "x",
            "9\t\n",
            "0\t\n1\t\n",
            "0\tgold\n1\t\n1\t\n1\t\n1\t\n",
        ] {
            assert!(other.restore(text).is_err(), "{text}");
        }
        assert_eq!(other.carried, ["key"]);
        assert!(say(&mut other, "load /no/such/file").contains("/no/such/file: "));
    }
    // @end
}
