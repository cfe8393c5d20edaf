//! The flight controller of a quadcopter, fit for a microcontroller: no standard library, no heap.
//!
//! Axes: x forward, y left, z up. Roll to the right, pitch nose down and yaw to the left are
//! positive. Angles are in radians, lengths in metres, times in seconds.
#![no_std]

#[cfg(test)]
extern crate std;

pub mod control;
pub mod estimate;
pub mod flight;
