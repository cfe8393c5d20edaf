//! A rigid body with four motors in moving air, and its noisy sensors.

use flight_controller::estimate::{Sensors, GRAVITY};

const MASS: f64 = 1.0;
const MAX_THRUST: f64 = 5.0; // newtons of one motor
const MOTOR_LAG: f64 = 0.05;
const INERTIA: [f64; 3] = [0.01, 0.01, 0.02];
const ARM: f64 = 0.11; // metres from the axes to a motor
const YAW_TORQUE: f64 = 0.02; // newton metres per newton of thrust
const DRAG: f64 = 0.25; // newtons per metre a second

/// Pseudo-random numbers: the same seed gives the same flight.
struct Noise(u64);

impl Noise {
    /// Evenly spread between -1 and 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }
}

pub struct Quadcopter {
    pub position: [f64; 3],
    velocity: [f64; 3],
    /// Roll, pitch and yaw.
    pub angles: [f64; 3],
    rates: [f64; 3],
    thrusts: [f64; 4],
    felt: [f64; 3],
    wind: [f64; 3],
    gust: [f64; 3],   // @feature gusts
    pub battery: f64, // @feature battery
    pub hardest: f64,
    noise: Noise,
}

impl Quadcopter {
    /// Stands on the ground in wind of `wind` metres a second along x.
    pub fn new(wind: f64, seed: u64) -> Self {
        Quadcopter {
            position: [0.0; 3],
            velocity: [0.0; 3],
            angles: [0.0; 3],
            rates: [0.0; 3],
            thrusts: [0.0; 4],
            felt: [0.0, 0.0, f64::from(GRAVITY)],
            wind: [wind, 0.0, 0.0],
            gust: [0.0; 3], // @feature gusts
            battery: 12.6,  // @feature battery
            hardest: 0.0,
            noise: Noise(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
        }
    }

    pub fn sense(&mut self) -> Sensors {
        let noise = &mut self.noise;
        Sensors {
            gyro: self.rates.map(|rate| (rate + 0.02 * noise.next()) as f32),
            accel: self.felt.map(|force| (force + 0.2 * noise.next()) as f32),
            barometer: (self.position[2] + 0.1 * noise.next()) as f32,
            battery: self.battery as f32, // @feature battery
        }
    }

    /// Moves on by `dt` seconds with these powers of the motors.
    pub fn step(&mut self, motors: [f32; 4], dt: f64) {
        for (thrust, power) in self.thrusts.iter_mut().zip(motors) {
            *thrust += (f64::from(power) * MAX_THRUST - *thrust) * dt / MOTOR_LAG;
        }
        let [fl, fr, rl, rr] = self.thrusts;
        let lift = fl + fr + rl + rr;
        let torque = [
            ARM * (fl + rl - fr - rr),
            ARM * (rl + rr - fl - fr),
            YAW_TORQUE * (fl + rr - fr - rl),
        ];
        for axis in 0..3 {
            let (next, last) = ((axis + 1) % 3, (axis + 2) % 3);
            let gyroscopic = (INERTIA[next] - INERTIA[last]) * self.rates[next] * self.rates[last];
            self.rates[axis] += (torque[axis] + gyroscopic) / INERTIA[axis] * dt;
        }
        let ([sr, cr], [sp, cp]) = (sin_cos(self.angles[0]), sin_cos(self.angles[1]));
        let [p, q, r] = self.rates;
        self.angles[0] += (p + (q * sr + r * cr) * sp / cp) * dt;
        self.angles[1] += (q * cr - r * sr) * dt;
        self.angles[2] += (q * sr + r * cr) / cp * dt;
        // @feature gusts
        let size = self.wind[0] * 0.4;
        for gust in &mut self.gust {
            *gust += -*gust * dt + size * self.noise.next() * (6.0 * dt).sqrt();
        }
        // @end
        // @feature battery
        self.battery -= 0.0007 * lift * dt;
        // @end
        self.fall(lift, dt);
    }

    fn fall(&mut self, lift: f64, dt: f64) {
        let rotation = rotation(self.angles);
        let gravity = [0.0, 0.0, f64::from(GRAVITY)];
        let mut forces = [0.0; 3]; // all but gravity, per mass
        for axis in 0..3 {
            let air = self.wind[axis];
            // @feature gusts
            let air = air + self.gust[axis];
            // @end
            let drag = DRAG * (air - self.velocity[axis]);
            forces[axis] = (lift * rotation[axis][2] + drag) / MASS;
            self.velocity[axis] += (forces[axis] - gravity[axis]) * dt;
            self.position[axis] += self.velocity[axis] * dt;
        }
        if self.position[2] <= 0.0 {
            self.hardest = self.hardest.max(-self.velocity[2]);
            self.position[2] = 0.0;
            self.velocity = [0.0; 3];
            self.rates = [0.0; 3];
            self.angles = [0.0, 0.0, self.angles[2]];
            self.felt = gravity;
            return;
        }
        for (axis, felt) in self.felt.iter_mut().enumerate() {
            *felt = (0..3)
                .map(|world| rotation[world][axis] * forces[world])
                .sum();
        }
    }
}

fn sin_cos(angle: f64) -> [f64; 2] {
    [angle.sin(), angle.cos()]
}

/// The matrix from the axes of the body to those of the world.
fn rotation(angles: [f64; 3]) -> [[f64; 3]; 3] {
    let [[sr, cr], [sp, cp], [sy, cy]] = angles.map(sin_cos);
    [
        [cy * cp, cy * sp * sr - sy * cr, cy * sp * cr + sy * sr],
        [sy * cp, sy * sp * sr + cy * cr, sy * sp * cr - cy * sr],
        [-sp, cp * sr, cp * cr],
    ]
}
