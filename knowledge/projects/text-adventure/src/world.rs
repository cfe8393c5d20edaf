//! The world of the game, and how it is read.

/// A way out of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exit {
    pub way: String,
    /// The place of the room in `World::rooms`.
    pub to: usize,
    /// What one must carry to pass.
    pub key: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Room {
    pub name: String,
    pub text: String,
    pub exits: Vec<Exit>,
    /// What lies in the room at the beginning.
    pub things: Vec<String>,
    /// The game is won by bringing this thing here.
    pub goal: Option<String>,
}

/// Rooms; the game begins in the first one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    pub rooms: Vec<Room>,
}

impl World {
    /// Reads a world. Errors name the line.
    pub fn parse(text: &str) -> Result<World, String> {
        let mut rooms: Vec<Room> = Vec::new();
        // Exits name rooms that may come later in the text.
        let mut exits: Vec<(usize, usize, &str)> = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            let fail = |message: &str| Err(format!("line {}: {message}", at + 1));
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
            let rest = rest.trim();
            if word == "room" {
                if rest.is_empty() || rooms.iter().any(|room| room.name == rest) {
                    return fail("a room needs a name of its own");
                }
                rooms.push(Room {
                    name: rest.to_string(),
                    ..Room::default()
                });
                continue;
            }
            let number = rooms.len();
            let Some(room) = rooms.last_mut() else {
                return fail("the text must begin with a room");
            };
            match word {
                "exit" if rest.contains(' ') => exits.push((number - 1, at + 1, rest)),
                "exit" => return fail("expected: exit WAY ROOM"),
                "thing" | "goal" if rest.is_empty() => return fail("a thing needs a name"),
                "thing" => room.things.push(rest.to_lowercase()),
                "goal" => room.goal = Some(rest.to_lowercase()),
                _ if room.text.is_empty() => room.text = line.to_string(),
                _ => room.text = format!("{} {line}", room.text),
            }
        }
        for (from, line, rest) in exits {
            let (way, target) = rest.split_once(' ').unwrap_or((rest, ""));
            let (target, key) = match target.split_once(" with ") {
                Some((target, key)) => (target.trim(), Some(key.trim().to_lowercase())),
                None => (target.trim(), None),
            };
            let to = rooms.iter().position(|room| room.name == target);
            let to = to.ok_or_else(|| format!("line {line}: there is no room '{target}'"))?;
            let way = way.to_lowercase();
            rooms[from].exits.push(Exit { way, to, key });
        }
        let world = World { rooms };
        world.check()?;
        Ok(world)
    }

    /// Refuses worlds that cannot be played.
    fn check(&self) -> Result<(), String> {
        let mut things: Vec<&String> = self.rooms.iter().flat_map(|r| &r.things).collect();
        things.sort();
        if let Some(pair) = things.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(format!("there are two things called '{}'", pair[0]));
        }
        let keys = self
            .rooms
            .iter()
            .flat_map(|r| &r.exits)
            .filter_map(|e| e.key.as_ref());
        let goals = self.rooms.iter().filter_map(|room| room.goal.as_ref());
        if let Some(missing) = keys.chain(goals).find(|t| !things.contains(t)) {
            return Err(format!("'{missing}' is needed but lies nowhere"));
        }
        match self.rooms.iter().any(|room| room.goal.is_some()) {
            true => Ok(()),
            false => Err("no room has a goal".to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worlds_are_read() {
        let text = "room A\n one\n two\n exit Up B with Key\n thing Key\nroom B\n goal key\n";
        let world = World::parse(text).unwrap();
        assert_eq!(world.rooms[0].text, "one two");
        let exit = Exit {
            way: "up".to_string(),
            to: 1,
            key: Some("key".to_string()),
        };
        assert_eq!(world.rooms[0].exits, [exit]);
        assert_eq!(world.rooms[1].goal.as_deref(), Some("key"));
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let message = |text: &str| World::parse(text).unwrap_err();
        assert!(message("thing x").starts_with("line 1: "));
        assert!(message("room A\nroom A").starts_with("line 2: "));
        assert!(message("room A\n\nexit up B").contains("line 3: there is no room 'B'"));
        assert!(message("room A\nexit up").starts_with("line 2: "));
        assert!(message("room A\nthing x\nthing x\ngoal x").contains("two things"));
        assert!(message("room A\ngoal x").contains("lies nowhere"));
        assert_eq!(message(""), "no room has a goal");
    }
}
