//! Filters for noisy sensors in fixed-point arithmetic, fit for a microcontroller without a
//! floating-point unit: no standard library, no heap.
#![no_std]

#[cfg(test)]
extern crate std;

use core::fmt;

/// Samples that the windows of moving average and median hold.
pub const WINDOW: usize = 5; // @slot window
/// Bits after the binary point of a `Fixed`.
pub const FRACTION_BITS: u32 = 12; // @slot fraction

/// A number with `FRACTION_BITS` bits after the binary point. Sums and products stop at the
/// largest and smallest value instead of wrapping round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fixed(i32);

impl Fixed {
    pub const ZERO: Fixed = Fixed(0);
    pub const ONE: Fixed = Fixed(1 << FRACTION_BITS);
    pub const MAX: Fixed = Fixed(i32::MAX);
    pub const MIN: Fixed = Fixed(i32::MIN);

    /// The nearest value, at most MAX and at least MIN.
    const fn from_wide(raw: i64) -> Fixed {
        if raw > i32::MAX as i64 {
            Fixed::MAX
        } else if raw < i32::MIN as i64 {
            Fixed::MIN
        } else {
            Fixed(raw as i32)
        }
    }

    /// `numerator / denominator`, rounded down; MAX when the denominator is 0.
    pub const fn ratio(numerator: i32, denominator: i32) -> Fixed {
        match denominator {
            0 => Fixed::MAX,
            _ => Fixed::from_wide(((numerator as i64) << FRACTION_BITS) / denominator as i64),
        }
    }

    /// Reads a decimal number such as `-3.25`. None when it is none or too large.
    pub fn parse(text: &str) -> Option<Fixed> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.len() + fraction.len() == 0 || !is_number(whole) || !is_number(fraction) {
            return None;
        }
        let whole: i64 = if whole.is_empty() {
            0
        } else {
            whole.parse().ok()?
        };
        let places = fraction.len().min(9);
        let scale = 10i64.pow(places as u32);
        let fraction: i64 = if places == 0 {
            0
        } else {
            fraction[..places].parse().ok()?
        };
        let part = ((fraction << FRACTION_BITS) + scale / 2) / scale;
        let raw = whole.checked_mul(1 << FRACTION_BITS)?.checked_add(part)?;
        let raw = i32::try_from(if negative { -raw } else { raw });
        raw.ok().map(Fixed)
    }

    pub const fn plus(self, other: Fixed) -> Fixed {
        Fixed(self.0.saturating_add(other.0))
    }

    pub const fn minus(self, other: Fixed) -> Fixed {
        Fixed(self.0.saturating_sub(other.0))
    }

    pub const fn times(self, other: Fixed) -> Fixed {
        let product = self.0 as i64 * other.0 as i64;
        Fixed::from_wide((product + (1 << (FRACTION_BITS - 1))) >> FRACTION_BITS)
    }

    /// MAX when `other` is 0.
    pub const fn over(self, other: Fixed) -> Fixed {
        Fixed::ratio(self.0, other.0)
    }
}

/// Printed with as many decimals as asked for (at most 9), two when nothing is said.
impl fmt::Display for Fixed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let places = f.precision().unwrap_or(2).min(9);
        let scale = 10u64.pow(places as u32);
        let half = 1u64 << (FRACTION_BITS - 1);
        let scaled = (u64::from(self.0.unsigned_abs()) * scale + half) >> FRACTION_BITS;
        let sign = if self.0 < 0 && scaled > 0 { "-" } else { "" };
        write!(f, "{sign}{}", scaled / scale)?;
        match places {
            0 => Ok(()),
            _ => write!(f, ".{:0places$}", scaled % scale),
        }
    }
}

/// Takes one sample after the other and gives an estimate after each.
pub trait Filter {
    fn update(&mut self, sample: Fixed) -> Fixed;
}

/// The last samples, at most `WINDOW`.
#[derive(Debug, Clone, Default)]
struct Window {
    samples: [Fixed; WINDOW],
    next: usize,
    len: usize,
}

impl Window {
    /// Puts a sample in the place of the oldest, which is returned once the window is full.
    fn put(&mut self, sample: Fixed) -> Option<Fixed> {
        let old = core::mem::replace(&mut self.samples[self.next], sample);
        self.next = (self.next + 1) % WINDOW;
        if self.len == WINDOW {
            return Some(old);
        }
        self.len += 1;
        None
    }
}

/// The mean of the last samples.
#[derive(Debug, Clone, Default)]
pub struct MovingAverage {
    window: Window,
    sum: i64,
}

impl Filter for MovingAverage {
    fn update(&mut self, sample: Fixed) -> Fixed {
        let old = self.window.put(sample).unwrap_or(Fixed::ZERO);
        self.sum += i64::from(sample.0) - i64::from(old.0);
        Fixed::from_wide(self.sum / self.window.len as i64)
    }
}

/// The middle of the last samples: single wrong ones leave no trace.
#[derive(Debug, Clone, Default)]
pub struct Median {
    window: Window,
}

impl Filter for Median {
    fn update(&mut self, sample: Fixed) -> Fixed {
        self.window.put(sample);
        let mut sorted = self.window.samples;
        let sorted = &mut sorted[..self.window.len];
        sorted.sort_unstable();
        let middle = sorted.len() / 2;
        match sorted.len() % 2 {
            1 => sorted[middle],
            _ => {
                let sum = i64::from(sorted[middle - 1].0) + i64::from(sorted[middle].0);
                Fixed::from_wide(sum / 2)
            }
        }
    }
}

/// A Kalman filter for one value that wanders slowly.
#[derive(Debug, Clone)]
pub struct Kalman {
    /// How much the value wanders between samples, as a variance.
    process: Fixed,
    /// How noisy a sample is, as a variance.
    noise: Fixed,
    estimate: Option<Fixed>,
    variance: Fixed,
}

impl Kalman {
    pub const fn new(process: Fixed, noise: Fixed) -> Self {
        Kalman {
            process,
            noise,
            estimate: None,
            variance: noise,
        }
    }

    /// How far to trust the estimate, as a variance.
    pub fn variance(&self) -> Fixed {
        self.variance
    }
}

impl Default for Kalman {
    fn default() -> Self {
        Kalman::new(Fixed::ratio(1, 100), Fixed::ONE)
    }
}

impl Filter for Kalman {
    fn update(&mut self, sample: Fixed) -> Fixed {
        let Some(estimate) = self.estimate else {
            self.estimate = Some(sample);
            return sample;
        };
        let predicted = self.variance.plus(self.process);
        let gain = predicted.over(predicted.plus(self.noise));
        let estimate = estimate.plus(gain.times(sample.minus(estimate)));
        self.variance = predicted.times(Fixed::ONE.minus(gain));
        self.estimate = Some(estimate);
        estimate
    }
}

// @feature lowpass
/// Goes a share of the way to every sample: an exponential moving average.
#[derive(Debug, Clone)]
pub struct LowPass {
    share: Fixed,
    estimate: Option<Fixed>,
}

impl LowPass {
    pub const fn new(share: Fixed) -> Self {
        LowPass {
            share,
            estimate: None,
        }
    }
}

impl Filter for LowPass {
    fn update(&mut self, sample: Fixed) -> Fixed {
        let old = self.estimate.unwrap_or(sample);
        let estimate = old.plus(self.share.times(sample.minus(old)));
        self.estimate = Some(estimate);
        estimate
    }
}
// @end

// @feature outliers
/// Leaves out samples that jump further than a limit, unless several in a row say the same.
#[derive(Debug, Clone)]
pub struct Gate {
    limit: Fixed,
    last: Option<Fixed>,
    refused: u8,
}

impl Gate {
    /// So many samples in a row beyond the limit are believed.
    const BELIEVED: u8 = 3;

    pub const fn new(limit: Fixed) -> Self {
        Gate {
            limit,
            last: None,
            refused: 0,
        }
    }

    /// The sample, or None when it is an outlier.
    pub fn pass(&mut self, sample: Fixed) -> Option<Fixed> {
        let last = self.last.unwrap_or(sample);
        let jump = if sample > last {
            sample.minus(last)
        } else {
            last.minus(sample)
        };
        if jump > self.limit && self.refused + 1 < Self::BELIEVED {
            self.refused += 1;
            return None;
        }
        self.refused = 0;
        self.last = Some(sample);
        Some(sample)
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    use std::{format, vec::Vec};

    fn fixed(text: &str) -> Fixed {
        Fixed::parse(text).unwrap()
    }

    fn whole(number: i32) -> Fixed {
        Fixed::ratio(number, 1)
    }

    // @feature lowpass
    /// Equal but for rounding, whatever the number of fraction bits.
    fn near(value: Fixed, expected: Fixed) -> bool {
        let error = if value > expected {
            value.minus(expected)
        } else {
            expected.minus(value)
        };
        error < fixed("0.125")
    }
    // @end

    #[test]
    fn numbers_are_read_and_printed() {
        for text in ["3.25", "-0.50", "0.00", "120.75"] {
            assert_eq!(format!("{}", fixed(text)), text);
        }
        assert_eq!(
            format!("{:.0} {:.3}", fixed("2.5"), fixed("-.125")),
            "3 -0.125"
        );
        for text in ["", ".", "-", "1.2.3", "x", "99999999999", "--1"] {
            assert_eq!(Fixed::parse(text), None, "{text}");
        }
    }

    #[test]
    fn arithmetic_stops_at_the_limits() {
        assert_eq!(fixed("1.5").times(fixed("-2.5")), fixed("-3.75"));
        assert_eq!(fixed("7.5").over(fixed("2.5")), whole(3));
        assert_eq!(Fixed::MAX.plus(Fixed::ONE), Fixed::MAX);
        assert_eq!(Fixed::MIN.times(whole(2)), Fixed::MIN);
        assert_eq!(Fixed::ONE.over(Fixed::ZERO), Fixed::MAX);
    }

    #[test]
    fn the_average_forgets_old_samples() {
        let mut average = MovingAverage::default();
        assert_eq!(average.update(whole(8)), whole(8));
        let last = (0..WINDOW).map(|_| average.update(whole(2))).last();
        assert_eq!(last, Some(whole(2)));
    }

    #[test]
    fn the_median_ignores_a_single_spike() {
        let mut median = Median::default();
        let out: Vec<Fixed> = [5, 5, 5, 90, 5, 5]
            .map(|n| median.update(whole(n)))
            .to_vec();
        assert!(out.iter().all(|value| *value == whole(5)), "{out:?}");
        let mut median = Median::default();
        median.update(whole(1));
        assert_eq!(median.update(whole(4)), fixed("2.5"));
    }

    #[test]
    fn the_kalman_filter_settles_on_the_mean() {
        let mut kalman = Kalman::default();
        let before = kalman.variance();
        let last = (0..200)
            .map(|n| kalman.update(whole(20 + if n % 2 == 0 { 1 } else { -1 })))
            .last();
        let error = last.unwrap().minus(whole(20));
        assert!(error < fixed("0.25") && error > fixed("-0.25"), "{error}");
        assert!(kalman.variance() < before);
    }

    // @feature lowpass
    #[test]
    fn the_low_pass_goes_half_the_way() {
        let mut filter = LowPass::new(fixed("0.5"));
        let out = [8, 0, 0].map(|n| filter.update(whole(n)));
        assert!(out[0] == whole(8) && near(out[1], whole(4)) && near(out[2], whole(2)));
    }
    // @end

    // @feature outliers
    #[test]
    fn jumps_are_left_out_until_they_last() {
        let mut gate = Gate::new(whole(10));
        let passed = [1, 2, 50, 3, 50, 50, 50].map(|n| gate.pass(whole(n)).is_some());
        assert_eq!(passed, [true, true, false, true, false, false, true]);
    }
    // @end
}
