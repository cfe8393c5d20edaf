//! A traffic light at a crossing for pedestrians, as a state machine driven by a clock.
//!
//! Cars keep green until somebody presses the button; then the phases follow one another, each for
//! its time. `Signals` says what every phase shows, and that cars and pedestrians never go together.

use std::fmt;

/// Seconds that cars have green at least.
pub const GREEN: u32 = 20; // @slot green
/// Seconds that pedestrians may begin to cross.
pub const WALK: u32 = 10; // @slot walk
const AMBER: u32 = 3;
const ALL_RED: u32 = 2;
const CLEAR: u32 = 4;
const READY: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Cars go, until the button is pressed.
    Green,
    Amber,
    /// The crossing empties before pedestrians go.
    AllRed,
    Walk,
    /// Who is on the crossing may finish.
    Clear,
    /// Cars get ready.
    Ready,
    Flashing,  // @feature night
    Emergency, // @feature emergency
}

impl Phase {
    /// How long the phase lasts at least, and what comes next by itself.
    fn plan(self) -> Option<(u32, Phase)> {
        match self {
            Phase::Green => None,
            Phase::Amber => Some((AMBER, Phase::AllRed)),
            Phase::AllRed => Some((ALL_RED, Phase::Walk)),
            Phase::Walk => Some((WALK, Phase::Clear)),
            Phase::Clear => Some((CLEAR, Phase::Ready)),
            Phase::Ready => Some((READY, Phase::Green)),
            Phase::Flashing => None,  // @feature night
            Phase::Emergency => None, // @feature emergency
        }
    }

    pub fn signals(self) -> Signals {
        let (cars, pedestrians) = match self {
            Phase::Green => (Lamp::Green, Lamp::Red),
            Phase::Amber => (Lamp::Amber, Lamp::Red),
            Phase::AllRed => (Lamp::Red, Lamp::Red),
            Phase::Walk => (Lamp::Red, Lamp::Green),
            Phase::Clear => (Lamp::Red, Lamp::FlashingGreen),
            Phase::Ready => (Lamp::RedAmber, Lamp::Red),
            Phase::Flashing => (Lamp::FlashingAmber, Lamp::Dark), // @feature night
            Phase::Emergency => (Lamp::Red, Lamp::Red),           // @feature emergency
        };
        Signals { cars, pedestrians }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lamp {
    Red,
    RedAmber,
    Amber,
    Green,
    FlashingGreen,
    FlashingAmber, // @feature night
    Dark,          // @feature night
}

impl fmt::Display for Lamp {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Lamp::Red => "red",
            Lamp::RedAmber => "red and amber",
            Lamp::Amber => "amber",
            Lamp::Green => "green",
            Lamp::FlashingGreen => "flashing green",
            // @feature night
            Lamp::FlashingAmber => "flashing amber",
            Lamp::Dark => "dark",
            // @end
        })
    }
}

/// What is shown to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signals {
    pub cars: Lamp,
    pub pedestrians: Lamp,
}

impl fmt::Display for Signals {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "cars {}, pedestrians {}", self.cars, self.pedestrians)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    Button,
    Night(bool),     // @feature night
    Emergency(bool), // @feature emergency
}

impl Event {
    pub fn parse(words: &[&str]) -> Option<Event> {
        match words {
            ["button"] => Some(Event::Button),
            ["night", switch @ ("on" | "off")] => Some(Event::Night(*switch == "on")), // @feature night
            // @feature emergency
            ["emergency", switch @ ("on" | "off")] => Some(Event::Emergency(*switch == "on")),
            // @end
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
pub struct TrafficLight {
    phase: Phase,
    /// Seconds since the phase began.
    age: u32,
    requested: bool,
    night: bool,     // @feature night
    emergency: bool, // @feature emergency
}

impl Default for TrafficLight {
    fn default() -> Self {
        TrafficLight {
            phase: Phase::Green,
            age: 0,
            requested: false,
            night: false,     // @feature night
            emergency: false, // @feature emergency
        }
    }
}

impl TrafficLight {
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether a pedestrian waits, so that the lamp over the button shines.
    pub fn is_requested(&self) -> bool {
        self.requested
    }

    pub fn on(&mut self, event: Event) {
        match event {
            // Who may walk already need not wait.
            Event::Button => self.requested |= self.phase != Phase::Walk,
            Event::Night(on) => self.night = on, // @feature night
            // @feature emergency
            Event::Emergency(on) => self.emergency = on,
            // @end
        }
    }

    /// One second passes. The new phase, when there is one.
    pub fn tick(&mut self) -> Option<Phase> {
        self.age += 1;
        let next = self.next_phase()?;
        self.phase = next;
        self.age = 0;
        if next == Phase::Walk {
            self.requested = false;
        }
        Some(next)
    }

    fn next_phase(&self) -> Option<Phase> {
        // @feature emergency
        match (self.emergency, self.phase) {
            (true, Phase::Emergency) => return None,
            (false, Phase::Emergency) => return Some(Phase::Ready),
            (true, Phase::Green) => return Some(Phase::Amber),
            // Amber and the way off the crossing are not cut short.
            (true, Phase::AllRed | Phase::Ready) => return Some(Phase::Emergency),
            (true, Phase::Walk) => return Some(Phase::Clear),
            _ => {}
        }
        // @end
        // @feature night
        match (self.night, self.phase) {
            (true, Phase::Green) => return Some(Phase::Flashing),
            (false, Phase::Flashing) => return Some(Phase::Amber),
            _ => {}
        }
        // @end
        match self.phase.plan() {
            Some((seconds, next)) => (self.age >= seconds).then_some(next),
            None => (self.phase == Phase::Green && self.requested && self.age >= GREEN)
                .then_some(Phase::Amber),
        }
    }

    // @feature countdown
    /// Seconds until the phase ends, if that is known.
    pub fn remaining(&self) -> Option<u32> {
        match self.phase.plan() {
            Some((seconds, _)) => Some(seconds.saturating_sub(self.age)),
            None if self.phase == Phase::Green && self.requested => {
                Some(GREEN.saturating_sub(self.age).max(1))
            }
            None => None,
        }
    }
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The phases that begin within so many seconds, with their times.
    fn phases(light: &mut TrafficLight, seconds: u32) -> Vec<(u32, Phase)> {
        (1..=seconds)
            .filter_map(|at| light.tick().map(|phase| (at, phase)))
            .collect()
    }

    #[test]
    fn cars_keep_green_while_nobody_asks() {
        let mut light = TrafficLight::default();
        assert!(phases(&mut light, 10 * GREEN).is_empty());
    }

    #[test]
    fn the_button_starts_one_round() {
        let mut light = TrafficLight::default();
        light.on(Event::Button);
        let names: Vec<Phase> = phases(&mut light, GREEN + WALK + 100)
            .iter()
            .map(|p| p.1)
            .collect();
        let (clear, ready) = (Phase::Clear, Phase::Ready);
        let round = [
            Phase::Amber,
            Phase::AllRed,
            Phase::Walk,
            clear,
            ready,
            Phase::Green,
        ];
        assert_eq!(names, round);
        assert!(!light.is_requested());
    }

    #[test]
    fn cars_have_green_long_enough() {
        let mut light = TrafficLight::default();
        light.on(Event::Button);
        assert_eq!(phases(&mut light, GREEN), [(GREEN, Phase::Amber)]);
        let mut light = TrafficLight::default();
        phases(&mut light, 3 * GREEN);
        light.on(Event::Button);
        assert_eq!(light.tick(), Some(Phase::Amber));
    }

    #[test]
    fn the_button_is_remembered_but_not_while_walking() {
        let mut light = TrafficLight::default();
        light.on(Event::Button);
        while light.tick() != Some(Phase::Walk) {}
        light.on(Event::Button);
        assert!(!light.is_requested());
        while light.tick() != Some(Phase::Clear) {}
        light.on(Event::Button);
        assert!(light.is_requested());
    }

    #[test]
    fn cars_and_pedestrians_never_go_together() {
        let phase_list = [
            Phase::Green,
            Phase::Amber,
            Phase::AllRed,
            Phase::Walk,
            Phase::Clear,
            Phase::Ready,
        ];
        for phase in phase_list {
            let signals = phase.signals();
            assert!(
                signals.cars == Lamp::Red || signals.pedestrians == Lamp::Red,
                "{phase:?}"
            );
        }
    }

    // @feature night
    #[test]
    fn at_night_amber_flashes() {
        let mut light = TrafficLight::default();
        light.on(Event::Night(true));
        assert_eq!(phases(&mut light, 500), [(1, Phase::Flashing)]);
        light.on(Event::Night(false));
        assert_eq!(light.tick(), Some(Phase::Amber));
    }
    // @end

    // @feature emergency
    #[test]
    fn an_emergency_stops_everybody_safely() {
        let mut light = TrafficLight::default();
        light.on(Event::Button);
        while light.tick() != Some(Phase::Walk) {}
        light.on(Event::Emergency(true));
        let names: Vec<Phase> = phases(&mut light, 100).iter().map(|p| p.1).collect();
        assert_eq!(names, [Phase::Clear, Phase::Ready, Phase::Emergency]);
        light.on(Event::Emergency(false));
        assert_eq!(light.tick(), Some(Phase::Ready));
    }
    // @end

    // @feature countdown
    #[test]
    fn the_remaining_time_counts_down() {
        let mut light = TrafficLight::default();
        assert_eq!(light.remaining(), None);
        light.on(Event::Button);
        assert_eq!(light.remaining(), Some(GREEN));
        while light.tick() != Some(Phase::Walk) {}
        light.tick();
        assert_eq!(light.remaining(), Some(WALK - 1));
    }
    // @end
}
