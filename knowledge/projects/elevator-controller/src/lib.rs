//! The controller of an elevator, as a state machine driven by a clock.
//!
//! It goes on in one direction while somebody there wants something, then turns (the "elevator
//! algorithm"). Calls in the halls have a direction; those against the way are answered on the way back.

use std::collections::BTreeSet;
use std::fmt;

/// Time is counted in whole seconds.
pub type Seconds = u32;

/// Floors of the building, the lowest is 0.
pub const FLOORS: usize = 10; // @slot floors
/// Seconds from one floor to the next.
pub const TRAVEL: Seconds = 2; // @slot travel
/// Seconds that the doors stay open.
pub const OPEN: Seconds = 3; // @slot open

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    fn turned(self) -> Direction {
        match self {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        }
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Direction::Up => "up",
            Direction::Down => "down",
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Stands with closed doors; nobody wants anything.
    Idle,
    Moving {
        direction: Direction,
        left: u32,
    },
    DoorsOpen {
        left: u32,
    },
    Overloaded, // @feature overload
    Evacuated,  // @feature fire
}

/// What people do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A button in the hall of a floor.
    Call {
        floor: usize,
        direction: Direction,
    },
    /// A button in the cabin.
    Go {
        floor: usize,
    },
    Load(bool), // @feature overload
    Fire(bool), // @feature fire
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoSuchFloor(pub usize);

impl fmt::Display for NoSuchFloor {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "there is no floor {}: they are 0 to {}",
            self.0,
            FLOORS - 1
        )
    }
}

impl std::error::Error for NoSuchFloor {}

/// What can be seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    Leaves { floor: usize, direction: Direction },
    Passes { floor: usize },
    Opens { floor: usize },
    Closes { floor: usize },
    Overloaded, // @feature overload
    Evacuated,  // @feature fire
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Notice::Leaves { floor, direction } => write!(f, "leaves {floor} {direction}"),
            Notice::Passes { floor } => write!(f, "passes {floor}"),
            Notice::Opens { floor } => write!(f, "opens at {floor}"),
            Notice::Closes { floor } => write!(f, "closes at {floor}"),
            Notice::Overloaded => f.write_str("too heavy: doors stay open"), // @feature overload
            Notice::Evacuated => f.write_str("fire: doors stay open at 0"),  // @feature fire
        }
    }
}

// @feature statistics
/// How long people waited for the doors to open, in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Waiting {
    pub served: u32,
    pub total: u32,
    pub longest: u32,
}
// @end

#[derive(Debug, Clone)]
pub struct Elevator {
    floor: usize,
    state: State,
    /// Where it goes on to after a stop.
    direction: Direction,
    calls: BTreeSet<(usize, Direction)>,
    goals: BTreeSet<usize>,
    heavy: bool, // @feature overload
    fire: bool,  // @feature fire
    // @feature statistics
    clock: u32,
    since: Vec<(usize, Option<Direction>, u32)>,
    waiting: Waiting,
    // @end
}

impl Default for Elevator {
    /// Idle at the lowest floor.
    fn default() -> Self {
        Elevator {
            floor: 0,
            state: State::Idle,
            direction: Direction::Up,
            calls: BTreeSet::new(),
            goals: BTreeSet::new(),
            heavy: false, // @feature overload
            fire: false,  // @feature fire
            // @feature statistics
            clock: 0,
            since: Vec::new(),
            waiting: Waiting::default(),
            // @end
        }
    }
}

impl Elevator {
    pub fn floor(&self) -> usize {
        self.floor
    }

    pub fn state(&self) -> State {
        self.state
    }

    // @feature statistics
    pub fn waiting(&self) -> Waiting {
        self.waiting
    }
    // @end

    /// Notes what somebody wants.
    pub fn on(&mut self, event: Event) -> Result<(), NoSuchFloor> {
        match event {
            Event::Call { floor, .. } | Event::Go { floor } if floor >= FLOORS => {
                return Err(NoSuchFloor(floor));
            }
            // @feature fire
            Event::Fire(on) => {
                self.fire = on;
                if on {
                    self.calls.clear();
                    self.goals.clear();
                    // @feature statistics
                    self.since.clear();
                    // @end
                }
            }
            // @end
            Event::Call { floor, direction } => {
                if self.calls.insert((floor, direction)) {
                    // @feature statistics
                    self.since.push((floor, Some(direction), self.clock));
                    // @end
                }
            }
            Event::Go { floor } => {
                if self.goals.insert(floor) {
                    // @feature statistics
                    self.since.push((floor, None, self.clock));
                    // @end
                }
            }
            Event::Load(heavy) => self.heavy = heavy, // @feature overload
        }
        Ok(())
    }

    /// One second passes.
    pub fn tick(&mut self) -> Option<Notice> {
        // @feature statistics
        self.clock += 1;
        // @end
        // @feature fire
        if self.fire {
            self.calls.clear();
            self.goals = BTreeSet::from([0]);
            let stands = !matches!(self.state, State::Moving { .. });
            if stands && self.floor == 0 {
                let new = self.state != State::Evacuated;
                self.state = State::Evacuated;
                return new.then_some(Notice::Evacuated);
            }
        }
        // @end
        match self.state {
            State::Moving { direction, left } if left > 1 => {
                self.state = State::Moving {
                    direction,
                    left: left - 1,
                };
                None
            }
            State::Moving { direction, .. } => Some(self.arrive(direction)),
            // @feature overload
            State::DoorsOpen { .. } | State::Overloaded if self.heavy => {
                let new = self.state != State::Overloaded;
                self.state = State::Overloaded;
                new.then_some(Notice::Overloaded)
            }
            State::Overloaded => {
                self.state = State::DoorsOpen { left: OPEN };
                None
            }
            // @end
            State::DoorsOpen { left } if left > 1 => {
                self.state = State::DoorsOpen { left: left - 1 };
                None
            }
            State::DoorsOpen { .. } => {
                self.state = State::Idle;
                Some(Notice::Closes { floor: self.floor })
            }
            // @feature fire
            State::Evacuated => {
                self.goals.clear();
                self.state = State::Idle;
                Some(Notice::Closes { floor: self.floor })
            }
            // @end
            State::Idle => self.start(),
        }
    }

    /// Whether anybody wants something beyond this floor.
    fn wanted(&self, direction: Direction) -> bool {
        let beyond = |floor: usize| match direction {
            Direction::Up => floor > self.floor,
            Direction::Down => floor < self.floor,
        };
        self.goals.iter().any(|floor| beyond(*floor))
            || self.calls.iter().any(|call| beyond(call.0))
    }

    /// From rest: opens here, leaves, or stays. Who wants the other way is served on the way back.
    fn start(&mut self) -> Option<Notice> {
        let along = self.calls.contains(&(self.floor, self.direction));
        let against = self.calls.contains(&(self.floor, self.direction.turned()));
        let onward = self.wanted(self.direction);
        if self.goals.contains(&self.floor) || along || (against && !onward) {
            if !along && !onward {
                self.direction = self.direction.turned();
            }
            return Some(self.open());
        }
        if !self.wanted(self.direction) {
            self.direction = self.direction.turned();
            if !self.wanted(self.direction) {
                return None;
            }
        }
        let direction = self.direction;
        self.state = State::Moving {
            direction,
            left: TRAVEL,
        };
        Some(Notice::Leaves {
            floor: self.floor,
            direction,
        })
    }

    fn arrive(&mut self, direction: Direction) -> Notice {
        self.floor = match direction {
            Direction::Up => self.floor + 1,
            Direction::Down => self.floor - 1,
        };
        let onward = self.wanted(direction);
        if !onward && !self.calls.contains(&(self.floor, direction)) {
            self.direction = direction.turned();
        }
        if !onward
            || self.goals.contains(&self.floor)
            || self.calls.contains(&(self.floor, direction))
        {
            return self.open();
        }
        self.state = State::Moving {
            direction,
            left: TRAVEL,
        };
        Notice::Passes { floor: self.floor }
    }

    /// Opens the doors; who goes the same way or wanted to come here is served.
    fn open(&mut self) -> Notice {
        let floor = self.floor;
        self.goals.remove(&floor);
        self.calls.remove(&(floor, self.direction));
        if !self.wanted(self.direction) {
            self.calls.remove(&(floor, self.direction.turned()));
        }
        // @feature statistics
        let (goals, calls) = (&self.goals, &self.calls);
        let (waiting, now) = (&mut self.waiting, self.clock);
        self.since.retain(|(wanted, direction, begin)| {
            let still = match direction {
                Some(direction) => calls.contains(&(*wanted, *direction)),
                None => goals.contains(wanted),
            };
            if !still {
                waiting.served += 1;
                waiting.total += now - begin;
                waiting.longest = waiting.longest.max(now - begin);
            }
            still
        });
        // @end
        self.state = State::DoorsOpen { left: OPEN };
        Notice::Opens { floor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOP: usize = FLOORS - 1;

    fn call(floor: usize, direction: Direction) -> Event {
        Event::Call { floor, direction }
    }

    /// The floors where the doors open, one after the other.
    fn stops(elevator: &mut Elevator) -> Vec<usize> {
        (0..200 * FLOORS as u32 * (TRAVEL + OPEN))
            .take(200_000)
            .filter_map(|_| match elevator.tick() {
                Some(Notice::Opens { floor }) => Some(floor),
                _ => None,
            })
            .collect()
    }

    fn after(events: &[Event]) -> Elevator {
        let mut elevator = Elevator::default();
        for event in events {
            elevator.on(*event).unwrap();
        }
        elevator
    }

    #[test]
    fn it_answers_calls_on_its_way() {
        let go = |floor| Event::Go { floor };
        let mut elevator = after(&[go(TOP), go(1), call(2, Direction::Up)]);
        assert_eq!(stops(&mut elevator), [1, 2, TOP]);
        assert_eq!((elevator.floor(), elevator.state()), (TOP, State::Idle));
    }

    #[test]
    fn calls_against_the_way_come_on_the_way_back() {
        let mut elevator = after(&[call(2, Direction::Down), Event::Go { floor: TOP }]);
        assert_eq!(stops(&mut elevator), [TOP, 2]);
    }

    #[test]
    fn it_turns_where_nobody_is_beyond() {
        let mut elevator = after(&[call(TOP, Direction::Down), call(1, Direction::Down)]);
        assert_eq!(stops(&mut elevator), [TOP, 1]);
        elevator.on(call(0, Direction::Up)).unwrap();
        assert_eq!(stops(&mut elevator), [0]);
    }

    #[test]
    fn a_call_where_it_stands_opens_the_doors() {
        let mut elevator = after(&[call(0, Direction::Up)]);
        assert_eq!(elevator.tick(), Some(Notice::Opens { floor: 0 }));
        let closes = (0..OPEN).filter_map(|_| elevator.tick()).last();
        assert_eq!(closes, Some(Notice::Closes { floor: 0 }));
        assert_eq!(elevator.tick(), None);
    }

    #[test]
    fn floors_are_checked() {
        let mut elevator = Elevator::default();
        assert_eq!(
            elevator.on(Event::Go { floor: FLOORS }),
            Err(NoSuchFloor(FLOORS))
        );
    }

    #[test]
    fn nobody_is_forgotten() {
        let mut elevator = Elevator::default();
        let mut seed = 5u32;
        for _ in 0..500 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let floor = (seed >> 16) as usize % FLOORS;
            let event = match seed >> 30 {
                0 => Event::Go { floor },
                1 => call(floor, Direction::Up),
                _ => call(floor, Direction::Down),
            };
            elevator.on(event).unwrap();
            elevator.tick();
        }
        assert!(!stops(&mut elevator).is_empty());
        assert!(elevator.calls.is_empty() && elevator.goals.is_empty());
        assert_eq!(elevator.state(), State::Idle);
    }

    // @feature overload
    #[test]
    fn too_heavy_a_cabin_does_not_leave() {
        let mut elevator = after(&[call(0, Direction::Up), Event::Go { floor: 1 }]);
        elevator.tick();
        elevator.on(Event::Load(true)).unwrap();
        assert_eq!(elevator.tick(), Some(Notice::Overloaded));
        assert!(stops(&mut elevator).is_empty() && elevator.floor() == 0);
        elevator.on(Event::Go { floor: 1 }).unwrap();
        elevator.on(Event::Load(false)).unwrap();
        assert_eq!(stops(&mut elevator), [1]);
    }
    // @end

    // @feature fire
    #[test]
    fn in_a_fire_it_goes_down_and_stays() {
        let mut elevator = after(&[Event::Go { floor: TOP }]);
        elevator.tick();
        elevator.on(Event::Fire(true)).unwrap();
        stops(&mut elevator);
        assert_eq!((elevator.floor(), elevator.state()), (0, State::Evacuated));
        elevator.on(Event::Fire(false)).unwrap();
        elevator.on(Event::Go { floor: 1 }).unwrap();
        elevator.tick();
        elevator.on(Event::Go { floor: 1 }).unwrap();
        assert_eq!(stops(&mut elevator), [1]);
    }
    // @end

    // @feature statistics
    #[test]
    fn waiting_is_measured() {
        let mut elevator = after(&[Event::Go { floor: 1 }, call(0, Direction::Up)]);
        stops(&mut elevator);
        let waiting = elevator.waiting();
        assert_eq!(waiting.served, 2);
        assert!(waiting.longest > TRAVEL && waiting.total >= waiting.longest);
    }
    // @end
}
