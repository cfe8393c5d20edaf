//! PID loops, and the way from their output to the motors.

/// The size of a number, whatever its sign.
pub fn magnitude(value: f32) -> f32 {
    value.max(-value)
}

/// A PID loop with limited output. The derivative is taken of the measurement, so that a new
/// setpoint gives no kick, and the integral stands still while the output is at its limit.
#[derive(Debug, Clone)]
pub struct Pid {
    kp: f32,
    ki: f32,
    kd: f32,
    limit: f32,
    integral: f32,
    previous: Option<f32>,
}

impl Pid {
    pub const fn new(kp: f32, ki: f32, kd: f32, limit: f32) -> Self {
        Pid {
            kp,
            ki,
            kd,
            limit,
            integral: 0.0,
            previous: None,
        }
    }

    pub fn reset(&mut self) {
        self.integral = 0.0;
        self.previous = None;
    }

    pub fn update(&mut self, setpoint: f32, measured: f32, dt: f32) -> f32 {
        let error = setpoint - measured;
        let slope = self.previous.map_or(0.0, |old| (measured - old) / dt);
        self.previous = Some(measured);
        let integral = self.integral + self.ki * error * dt;
        let output = self.kp * error + integral - self.kd * slope;
        let limited = output.clamp(-self.limit, self.limit);
        if output == limited || error * output < 0.0 {
            self.integral = integral;
        }
        limited
    }
}

/// Powers of the motors front left, front right, rear left, rear right, each 0 to 1.
/// When a motor would need too much, all give way together, so that the torques remain.
pub fn mix(throttle: f32, roll: f32, pitch: f32, yaw: f32) -> [f32; 4] {
    let mut motors = [
        throttle + roll - pitch + yaw,
        throttle - roll - pitch - yaw,
        throttle + roll + pitch - yaw,
        throttle - roll + pitch + yaw,
    ];
    let excess = motors
        .iter()
        .fold(0.0_f32, |most, power| most.max(power - 1.0));
    for power in &mut motors {
        *power = (*power - excess).clamp(0.0, 1.0);
    }
    motors
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pid_loop_reaches_its_setpoint() {
        let mut pid = Pid::new(2.0, 1.0, 0.1, 5.0);
        let mut value = 0.0;
        for _ in 0..3000 {
            value += (pid.update(1.0, value, 0.01) - 0.5) * 0.01; // a constant load of 0.5
        }
        assert!(magnitude(value - 1.0) < 0.01, "{value}");
    }

    #[test]
    fn the_integral_does_not_wind_up() {
        let mut pid = Pid::new(1.0, 10.0, 0.0, 1.0);
        for _ in 0..1000 {
            assert_eq!(pid.update(100.0, 0.0, 0.01), 1.0);
        }
        assert!(pid.update(-0.5, 0.0, 0.01) < 0.6);
    }

    #[test]
    fn torques_survive_saturation() {
        let motors = mix(1.0, 0.1, 0.0, 0.0);
        assert!(motors.iter().all(|power| (0.0..=1.0).contains(power)));
        assert!(magnitude(motors[0] - motors[1] - 0.2) < 1e-6);
    }
}
