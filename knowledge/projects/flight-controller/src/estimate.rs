//! Attitude and altitude from noisy sensors by complementary filters: the gyroscope and the
//! accelerometer are right for a short time, gravity and the barometer in the long run.

use core::f32::consts::{FRAC_PI_2, PI};

use crate::control::magnitude;

pub const GRAVITY: f32 = 9.81;
/// Share of the gyroscope in the attitude at every step; the rest comes from the accelerometer.
pub const GYRO_SHARE: f32 = 0.998_f32; // @slot gyro
/// How fast altitude and climb rate follow the barometer.
const BARO_GAINS: [f32; 2] = [3.0, 2.0];

/// One reading of the sensors.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sensors {
    /// Turning rates about x, y and z.
    pub gyro: [f32; 3],
    /// What a body at rest feels is +9.81 along z.
    pub accel: [f32; 3],
    /// Height above the place of the start.
    pub barometer: f32,
    pub battery: f32, // @feature battery
}

/// What is believed of the aircraft.
#[derive(Debug, Clone, Copy, Default)]
pub struct State {
    pub roll: f32,
    pub pitch: f32,
    pub yaw: f32,
    pub altitude: f32,
    pub climb: f32,
    /// Turning rates about x, y and z.
    pub rates: [f32; 3],
}

impl State {
    pub fn update(&mut self, sensors: &Sensors, dt: f32) {
        let [p, q, r] = sensors.gyro;
        self.rates = sensors.gyro;
        let [x, y, z] = sensors.accel;
        self.roll += p * dt;
        self.pitch += q * dt;
        self.yaw = wrap(self.yaw + r * dt);
        // Only what is about as strong as gravity tells where down is.
        let force = sqrt(x * x + y * y + z * z);
        if magnitude(force - GRAVITY) < 0.3 * GRAVITY {
            let share = 1.0 - GYRO_SHARE;
            self.roll += share * (atan2(y, z) - self.roll);
            self.pitch += share * (atan2(-x, sqrt(y * y + z * z)) - self.pitch);
        }
        let level = 1.0 - (self.roll * self.roll + self.pitch * self.pitch) / 2.0;
        let upward = z * level + y * self.roll - x * self.pitch - GRAVITY;
        let error = sensors.barometer - self.altitude;
        self.climb += (upward + BARO_GAINS[1] * error) * dt;
        self.altitude += (self.climb + BARO_GAINS[0] * error) * dt;
    }

    /// The larger of the two tilts.
    pub fn tilt(&self) -> f32 {
        magnitude(self.roll).max(magnitude(self.pitch))
    }
}

/// An angle brought between -pi and pi.
pub fn wrap(mut angle: f32) -> f32 {
    while angle > PI {
        angle -= 2.0 * PI;
    }
    while angle < -PI {
        angle += 2.0 * PI;
    }
    angle
}

/// Square root by Newton's method: `core` has none.
pub fn sqrt(value: f32) -> f32 {
    if value <= 0.0 {
        return 0.0;
    }
    // Halving the exponent gives a first guess within a few percent.
    let mut root = f32::from_bits((value.to_bits() >> 1) + (127 << 22));
    for _ in 0..3 {
        root = 0.5 * (root + value / root);
    }
    root
}

/// The angle of the point (x, y) by a continued fraction, good to 0.0002.
pub fn atan2(y: f32, x: f32) -> f32 {
    let (ax, ay) = (magnitude(x), magnitude(y));
    if ax.max(ay) == 0.0 {
        return 0.0;
    }
    let t = ax.min(ay) / ax.max(ay);
    let s = t * t;
    let mut angle = t / (1.0 + s / (3.0 + 4.0 * s / (5.0 + 9.0 * s / (7.0 + 16.0 * s / 9.0))));
    if ay > ax {
        angle = FRAC_PI_2 - angle;
    }
    if x < 0.0 {
        angle = PI - angle;
    }
    if y < 0.0 {
        -angle
    } else {
        angle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_agree_with_the_standard_library() {
        for step in 1..700 {
            let angle = step as f32 / 700.0 * 2.0 * PI - PI;
            let (y, x) = angle.sin_cos();
            assert!(magnitude(atan2(y, x) - angle) < 3e-4, "{angle}");
            let value = step as f32 * step as f32 / 100.0;
            assert!(
                magnitude(sqrt(value) - step as f32 / 10.0) < 1e-3,
                "{value}"
            );
        }
        assert!(magnitude(wrap(7.0) - (7.0 - 2.0 * PI)) < 1e-5);
    }

    #[test]
    fn gravity_corrects_the_drift_of_the_gyroscope() {
        let mut state = State {
            roll: 0.5,
            ..State::default()
        };
        let sensors = Sensors {
            gyro: [0.002, 0.0, 0.0],
            accel: [0.0, 0.0, GRAVITY],
            ..Sensors::default()
        };
        for _ in 0..20_000 {
            state.update(&sensors, 0.004);
        }
        assert!(state.tilt() < 0.05, "{state:?}");
    }

    #[test]
    fn the_barometer_gives_the_altitude() {
        let mut state = State::default();
        let sensors = Sensors {
            accel: [0.0, 0.0, GRAVITY],
            barometer: 3.0,
            ..Sensors::default()
        };
        for _ in 0..3000 {
            state.update(&sensors, 0.004);
        }
        assert!(magnitude(state.altitude - 3.0) < 0.01 && magnitude(state.climb) < 0.01);
    }
}
