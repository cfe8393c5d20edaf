//! A thermostat fit for a microcontroller: no standard library, no heap.
//!
//! A PID loop says how much heat is needed, a relay gives it by being on for that share of the time,
//! and a sensor that cannot be believed switches everything off. Temperatures in degrees Celsius,
//! times in seconds.
#![no_std]

#[cfg(test)]
extern crate std;

/// The temperature wanted.
pub const TARGET: f32 = 21_f32; // @slot target
/// Seconds over which the relay spreads its time on and off.
pub const WINDOW: f32 = 300_f32; // @slot window
/// Degrees that the target is lowered by at night.
pub const NIGHT_SETBACK: f32 = 4.0; // @feature schedule
/// What a working sensor can say.
const BELIEVABLE: core::ops::RangeInclusive<f32> = -40.0..=85.0;
/// Seconds without a believable reading that are put up with.
const PATIENCE: f32 = 60.0;
/// Shares of the time too short to be worth a click of the relay.
const SHORTEST: f32 = 0.05;

/// A PID loop whose output lies between two limits. The integral stands still at a limit.
#[derive(Debug, Clone)]
pub struct Pid {
    pub kp: f32,
    pub ki: f32,
    pub kd: f32,
    least: f32,
    most: f32,
    integral: f32,
    previous: Option<f32>,
}

impl Pid {
    pub const fn new(kp: f32, ki: f32, kd: f32, least: f32, most: f32) -> Self {
        Pid {
            kp,
            ki,
            kd,
            least,
            most,
            integral: 0.0,
            previous: None,
        }
    }

    pub fn reset(&mut self) {
        self.integral = 0.0;
        self.previous = None;
    }

    pub fn update(&mut self, target: f32, measured: f32, dt: f32) -> f32 {
        let error = target - measured;
        let slope = self.previous.map_or(0.0, |old| (measured - old) / dt);
        self.previous = Some(measured);
        let integral = self.integral + self.ki * error * dt;
        let output = self.kp * error + integral - self.kd * slope;
        let limited = output.clamp(self.least, self.most);
        if output == limited || error * output < 0.0 {
            self.integral = integral;
        }
        limited
    }
}

/// Turns a share of power into times on and off.
#[derive(Debug, Clone, Default)]
pub struct Relay {
    clock: f32,
    share: f32,
    on: bool,
    /// How often it was switched on.
    pub clicks: u32,
}

impl Relay {
    /// The share is looked at once in a window, so that the relay is switched on once at most.
    pub fn step(&mut self, share: f32, dt: f32) -> bool {
        if self.clock <= 0.0 {
            self.share = if share < SHORTEST { 0.0 } else { share };
            self.clock = WINDOW;
        }
        let on = WINDOW - self.clock < self.share * WINDOW;
        self.clicks += u32::from(on && !self.on);
        self.on = on;
        self.clock -= dt;
        on
    }

    /// Off at once; the next window begins anew.
    pub fn off(&mut self) {
        self.clock = 0.0;
        self.on = false;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    Idle,
    Heating,
    Cooling, // @feature cooling
    SensorFault,
}

#[derive(Debug, Clone)]
pub struct Thermostat {
    target: f32,
    pid: Pid,
    heater: Relay,
    cooler: Relay, // @feature cooling
    smooth: Option<f32>,
    silence: f32,
    status: Status,
}

impl Thermostat {
    pub fn new(target: f32) -> Self {
        let least = 0.0;
        // @feature cooling
        let least = least - 1.0;
        // @end
        Thermostat {
            target,
            pid: Pid::new(0.5, 0.0002, 30.0, least, 1.0),
            heater: Relay::default(),
            cooler: Relay::default(), // @feature cooling
            smooth: None,
            silence: 0.0,
            status: Status::Idle,
        }
    }

    pub fn set_target(&mut self, target: f32) {
        self.target = target;
    }

    pub fn target(&self) -> f32 {
        self.target
    }

    pub fn status(&self) -> Status {
        self.status
    }

    /// How often the heater was switched on.
    pub fn clicks(&self) -> u32 {
        self.heater.clicks
    }

    /// Takes a reading, or None when the sensor gave none, and says what to do for the next `dt` seconds.
    pub fn step(&mut self, reading: Option<f32>, dt: f32) -> Status {
        match reading.filter(|value| BELIEVABLE.contains(value)) {
            Some(value) => {
                let old = self.smooth.unwrap_or(value);
                self.smooth = Some(old + (value - old) * (dt / 30.0).min(1.0));
                self.silence = 0.0;
            }
            None => self.silence += dt,
        }
        let fault = self.silence > PATIENCE;
        let (Some(measured), false) = (self.smooth, fault) else {
            self.pid.reset();
            self.heater.off();
            // @feature cooling
            self.cooler.off();
            // @end
            self.smooth = None;
            self.status = if fault {
                Status::SensorFault
            } else {
                Status::Idle
            };
            return self.status;
        };
        let power = self.pid.update(self.target, measured, dt);
        self.status = Status::Idle;
        if self.heater.step(power, dt) {
            self.status = Status::Heating;
        }
        // @feature cooling
        if self.cooler.step(-power, dt) && self.status == Status::Idle {
            self.status = Status::Cooling;
        }
        // @end
        self.status
    }
}

// @feature schedule
/// The target at an hour of the day: lower from 22 to 6.
pub fn scheduled(target: f32, hour: f32) -> f32 {
    match (6.0..22.0).contains(&hour) {
        true => target,
        false => target - NIGHT_SETBACK,
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_integral_finds_the_steady_power() {
        let mut pid = Pid::new(0.5, 0.05, 0.0, 0.0, 1.0);
        let mut value = 0.0;
        for _ in 0..5000 {
            value += (pid.update(1.0, value, 0.1) - 0.3) * 0.1;
        }
        assert!((0.98..1.02).contains(&value), "{value}");
    }

    #[test]
    fn the_relay_is_on_for_its_share() {
        let mut relay = Relay::default();
        let steps = 4 * WINDOW as u32;
        let on = (0..steps).filter(|_| relay.step(0.25, 1.0)).count() as f32;
        assert!(
            (0.24..=0.27).contains(&(on / steps as f32)),
            "{on} of {steps}"
        );
        assert_eq!(relay.clicks, 4);
        relay.off();
        assert!(!relay.step(0.01, 1.0));
    }

    #[test]
    fn a_cold_room_is_heated_and_a_warm_one_is_not() {
        assert_eq!(Thermostat::new(20.0).step(Some(10.0), 1.0), Status::Heating);
        assert_ne!(Thermostat::new(20.0).step(Some(25.0), 1.0), Status::Heating);
    }

    #[test]
    fn a_broken_sensor_switches_off() {
        let mut thermostat = Thermostat::new(20.0);
        assert_eq!(thermostat.step(Some(10.0), 1.0), Status::Heating);
        for _ in 0..(PATIENCE as u32 + 1) {
            thermostat.step(Some(f32::NAN), 1.0);
        }
        assert_eq!(thermostat.step(Some(999.0), 1.0), Status::SensorFault);
        assert_eq!(thermostat.step(Some(10.0), 1.0), Status::Heating);
    }

    // @feature cooling
    #[test]
    fn a_hot_room_is_cooled() {
        assert_eq!(Thermostat::new(20.0).step(Some(30.0), 1.0), Status::Cooling);
    }
    // @end

    // @feature schedule
    #[test]
    fn nights_are_cooler() {
        assert_eq!(scheduled(20.0, 12.0), 20.0);
        assert_eq!(scheduled(20.0, 23.0), 20.0 - NIGHT_SETBACK);
        assert_eq!(scheduled(20.0, 5.9), 20.0 - NIGHT_SETBACK);
    }
    // @end
}
