//! The modes of flight, and the loops that keep attitude and altitude.

use crate::control::{magnitude, mix, Pid};
use crate::estimate::{Sensors, State};
// @feature heading
use crate::estimate::wrap;
// @end

/// Beyond this tilt, in degrees, the aircraft is lost and the motors stop.
pub const MAX_TILT_DEGREES: f32 = 60_f32; // @slot tilt
/// Seconds without a command after which the aircraft lands by itself.
pub const LINK_TIMEOUT: f32 = 0.5;
/// Volts below which it lands by itself.
pub const LOW_BATTERY: f32 = 10.5; // @feature battery
const MAX_TILT: f32 = MAX_TILT_DEGREES * core::f32::consts::PI / 180.0;
const HOVER: f32 = 0.49;
const IDLE: f32 = 0.05;
const MAX_CLIMB: f32 = 1.5;

/// What the pilot wants.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Command {
    pub arm: bool,
    pub altitude: f32,
    pub roll: f32,
    pub pitch: f32,
    pub heading: f32, // @feature heading
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    Commanded,
    LinkLost,
    BatteryLow, // @feature battery
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Disarmed,
    Armed,
    Flying,
    Landing(Reason),
}

#[derive(Debug, Clone)]
pub struct Controller {
    mode: Mode,
    state: State,
    command: Command,
    silence: f32,
    on_ground: f32,
    ready: bool,
    rates: [Pid; 3],
    climb: Pid,
}

impl Default for Controller {
    fn default() -> Self {
        let tilt = Pid::new(0.05, 0.05, 0.001, 0.2);
        Controller {
            mode: Mode::Disarmed,
            state: State::default(),
            command: Command::default(),
            silence: 0.0,
            on_ground: 0.0,
            ready: false,
            rates: [tilt.clone(), tilt, Pid::new(0.2, 0.05, 0.0, 0.1)],
            climb: Pid::new(0.2, 0.15, 0.01, 0.35),
        }
    }
}

impl Controller {
    pub fn mode(&self) -> Mode {
        self.mode
    }

    pub fn state(&self) -> &State {
        &self.state
    }

    /// One step of `dt` seconds: the powers of the motors. `command` is None while the link is silent.
    pub fn step(&mut self, sensors: &Sensors, command: Option<&Command>, dt: f32) -> [f32; 4] {
        self.state.update(sensors, dt);
        self.silence += dt;
        if let Some(command) = command {
            self.command = *command;
            self.silence = 0.0;
        }
        let low = self.state.altitude < 0.3 && magnitude(self.state.climb) < 0.2;
        self.on_ground = if low { self.on_ground + dt } else { 0.0 };
        self.mode = self.next_mode(sensors);
        match self.mode {
            Mode::Disarmed | Mode::Armed => {
                self.rates.iter_mut().for_each(Pid::reset);
                self.climb.reset();
                [if self.mode == Mode::Armed { IDLE } else { 0.0 }; 4]
            }
            Mode::Flying | Mode::Landing(_) => self.fly(dt),
        }
    }

    fn next_mode(&mut self, _sensors: &Sensors) -> Mode {
        let (linked, wish) = (self.silence < LINK_TIMEOUT, self.command);
        let airborne = matches!(self.mode, Mode::Flying | Mode::Landing(_));
        if airborne && (self.state.tilt() > MAX_TILT || !wish.arm) {
            self.ready = false;
            return Mode::Disarmed;
        }
        // @feature battery
        if self.mode == Mode::Flying && _sensors.battery < LOW_BATTERY {
            return Mode::Landing(Reason::BatteryLow);
        }
        // @end
        match self.mode {
            Mode::Disarmed => {
                // The switch has to be off once before it can arm: never by surprise.
                self.ready |= linked && !wish.arm;
                let safe = self.ready && linked && wish.altitude <= 0.0 && self.state.tilt() < 0.2;
                if wish.arm && safe {
                    Mode::Armed
                } else {
                    Mode::Disarmed
                }
            }
            Mode::Armed if !linked || !wish.arm => Mode::Disarmed,
            Mode::Armed if wish.altitude > 0.0 => Mode::Flying,
            Mode::Flying if !linked => Mode::Landing(Reason::LinkLost),
            Mode::Flying if wish.altitude <= 0.0 => Mode::Landing(Reason::Commanded),
            Mode::Landing(_) if self.on_ground > 1.0 => {
                self.ready = false;
                Mode::Disarmed
            }
            Mode::Landing(Reason::Commanded) if linked && wish.altitude > 0.0 => Mode::Flying,
            mode => mode,
        }
    }

    fn fly(&mut self, dt: f32) -> [f32; 4] {
        let state = self.state;
        let landing = self.mode != Mode::Flying;
        let climb = match landing {
            true if state.altitude > 1.0 => -0.8,
            true => -0.3,
            false => (self.command.altitude - state.altitude).clamp(-MAX_CLIMB, MAX_CLIMB),
        };
        let (roll, pitch) = match landing {
            true => (0.0, 0.0),
            false => (self.command.roll, self.command.pitch),
        };
        let turn = 0.0;
        // @feature heading
        let turn = turn + (1.5 * wrap(self.command.heading - state.yaw)).clamp(-1.0, 1.0);
        // @end
        let limit = MAX_TILT / 2.0;
        let [p, q, r] = state.rates;
        let torques = [
            self.rates[0].update(4.0 * (roll.clamp(-limit, limit) - state.roll), p, dt),
            self.rates[1].update(4.0 * (pitch.clamp(-limit, limit) - state.pitch), q, dt),
            self.rates[2].update(turn, r, dt),
        ];
        // A tilted rotor lifts less.
        let lean = 1.0 + (state.roll * state.roll + state.pitch * state.pitch) / 2.0;
        let throttle = (HOVER + self.climb.update(climb, state.climb, dt)) * lean;
        mix(
            throttle.clamp(IDLE, 0.9),
            torques[0],
            torques[1],
            torques[2],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::GRAVITY;

    const DT: f32 = 0.004;

    fn sensors(altitude: f32) -> Sensors {
        Sensors {
            accel: [0.0, 0.0, GRAVITY],
            barometer: altitude,
            battery: 12.0, // @feature battery
            ..Sensors::default()
        }
    }

    fn fly(controller: &mut Controller, altitude: f32, seconds: f32, command: Option<Command>) {
        for _ in 0..(seconds / DT) as usize {
            controller.step(&sensors(altitude), command.as_ref(), DT);
        }
    }

    fn wish(altitude: f32) -> Command {
        Command {
            arm: true,
            altitude,
            ..Command::default()
        }
    }

    fn flying() -> Controller {
        let mut controller = Controller::default();
        fly(&mut controller, 0.0, 0.1, Some(Command::default()));
        fly(&mut controller, 0.0, 0.1, Some(wish(0.0)));
        assert_eq!(controller.mode(), Mode::Armed);
        fly(&mut controller, 2.0, 4.0, Some(wish(2.0)));
        assert_eq!(controller.mode(), Mode::Flying);
        controller
    }

    #[test]
    fn arming_needs_the_switch_off_first_and_no_throttle() {
        let mut controller = Controller::default();
        fly(&mut controller, 0.0, 1.0, Some(wish(0.0)));
        assert_eq!(controller.mode(), Mode::Disarmed);
        fly(&mut controller, 0.0, 0.1, Some(Command::default()));
        fly(&mut controller, 0.0, 0.1, Some(wish(3.0)));
        assert_eq!(controller.mode(), Mode::Disarmed);
        assert_eq!(controller.step(&sensors(0.0), None, DT), [0.0; 4]);
    }

    #[test]
    fn a_lost_link_lands_and_stops() {
        let mut controller = flying();
        fly(&mut controller, 2.0, 0.3, None);
        assert_eq!(controller.mode(), Mode::Flying);
        fly(&mut controller, 2.0, 0.3, None);
        assert_eq!(controller.mode(), Mode::Landing(Reason::LinkLost));
        fly(&mut controller, 0.0, 6.0, None);
        assert_eq!(controller.mode(), Mode::Disarmed);
    }

    #[test]
    fn too_much_tilt_stops_the_motors() {
        let mut controller = flying();
        let mut tumbling = sensors(2.0);
        tumbling.gyro = [20.0, 0.0, 0.0];
        for _ in 0..100 {
            controller.step(&tumbling, Some(&wish(2.0)), DT);
        }
        assert_eq!(controller.mode(), Mode::Disarmed);
    }

    #[test]
    fn a_roll_command_raises_the_left_motors() {
        let mut controller = flying();
        let command = Command {
            roll: 0.2,
            ..wish(2.0)
        };
        let motors = controller.step(&sensors(2.0), Some(&command), DT);
        assert!(motors[0] > motors[1] && motors[2] > motors[3], "{motors:?}");
    }

    // @feature battery
    #[test]
    fn an_empty_battery_lands() {
        let mut controller = flying();
        let mut weak = sensors(2.0);
        weak.battery = LOW_BATTERY - 0.1;
        controller.step(&weak, Some(&wish(2.0)), DT);
        assert_eq!(controller.mode(), Mode::Landing(Reason::BatteryLow));
    }
    // @end

    // @feature heading
    #[test]
    fn the_heading_is_followed() {
        let mut controller = flying();
        let command = Command {
            heading: 0.5,
            ..wish(2.0)
        };
        let motors = controller.step(&sensors(2.0), Some(&command), DT);
        assert!(motors[0] + motors[3] > motors[1] + motors[2], "{motors:?}");
    }
    // @end
}
