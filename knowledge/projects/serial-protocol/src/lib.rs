//! Frames for a serial line, fit for a microcontroller: no standard library, no heap.
//!
//! A frame is `FLAG kind number payload crc FLAG`. The CRC (16 bits, most significant byte first)
//! covers what is before it. Inside a frame FLAG and ESCAPE are sent as ESCAPE and the byte xor 0x20,
//! so that a receiver finds the next frame whatever was lost.
#![no_std]

#[cfg(test)]
extern crate std;

use core::fmt;

/// The longest payload of a frame.
pub const MAX_PAYLOAD: usize = 64; // @slot payload
/// Stands before and after every frame.
pub const FLAG: u8 = 0x7e;
/// Stands before a byte that was changed.
pub const ESCAPE: u8 = 0x7d;
const CHANGE: u8 = 0x20;
/// Kind and number before the payload, the CRC after it.
const OVERHEAD: usize = 4;
/// Bytes that suffice for any encoded frame.
pub const MAX_ENCODED: usize = 2 * (MAX_PAYLOAD + OVERHEAD) + 2;
/// Kind of a frame that says that another has arrived.
pub const ACKNOWLEDGE: u8 = 6; // @feature acknowledge

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    PayloadTooLong,
    /// The buffer for the encoded frame is too small.
    NoRoom,
    TooShort,
    TooLong,
    /// The frame was damaged on its way.
    WrongCrc {
        computed: u16,
        received: u16,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            FrameError::PayloadTooLong => write!(f, "the payload is over {MAX_PAYLOAD} bytes"),
            FrameError::NoRoom => f.write_str("the output buffer is too small"),
            FrameError::TooShort => f.write_str("the frame is too short"),
            FrameError::TooLong => f.write_str("the frame is too long"),
            FrameError::WrongCrc { computed, received } => {
                write!(f, "damaged: CRC {received:04x} instead of {computed:04x}")
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// CRC-16/CCITT, begun at 0xffff, continued with one byte.
pub fn crc16(crc: u16, byte: u8) -> u16 {
    (0..8).fold(crc ^ u16::from(byte) << 8, |crc, _| {
        let carry = crc & 0x8000 != 0;
        crc << 1 ^ if carry { 0x1021 } else { 0 }
    })
}

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame<'a> {
    pub kind: u8,
    pub number: u8,
    pub payload: &'a [u8],
}

impl Frame<'_> {
    /// Writes the encoded frame to the front of `out`; returns how long it is.
    pub fn encode(&self, out: &mut [u8]) -> Result<usize, FrameError> {
        if self.payload.len() > MAX_PAYLOAD {
            return Err(FrameError::PayloadTooLong);
        }
        let mut writer = Writer { out, len: 0 };
        writer.put(FLAG)?;
        let mut crc = 0xffff;
        for &byte in [self.kind, self.number].iter().chain(self.payload) {
            crc = crc16(crc, byte);
            writer.put_escaped(byte)?;
        }
        for byte in crc.to_be_bytes() {
            writer.put_escaped(byte)?;
        }
        writer.put(FLAG)?;
        Ok(writer.len)
    }
}

struct Writer<'a> {
    out: &'a mut [u8],
    len: usize,
}

impl Writer<'_> {
    fn put(&mut self, byte: u8) -> Result<(), FrameError> {
        *self.out.get_mut(self.len).ok_or(FrameError::NoRoom)? = byte;
        self.len += 1;
        Ok(())
    }

    fn put_escaped(&mut self, byte: u8) -> Result<(), FrameError> {
        if byte == FLAG || byte == ESCAPE {
            self.put(ESCAPE)?;
            return self.put(byte ^ CHANGE);
        }
        self.put(byte)
    }
}

// @feature statistics
/// What a decoder has met so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    pub bytes: u32,
    pub frames: u32,
    pub errors: u32,
}
// @end

/// Takes a stream of bytes apart, one at a time.
#[derive(Debug, Clone)]
pub struct Decoder {
    buffer: [u8; MAX_PAYLOAD + OVERHEAD],
    len: usize,
    inside: bool,
    escaped: bool,
    overflow: bool,
    statistics: Statistics, // @feature statistics
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder {
            buffer: [0; MAX_PAYLOAD + OVERHEAD],
            len: 0,
            inside: false,
            escaped: false,
            overflow: false,
            statistics: Statistics::default(), // @feature statistics
        }
    }
}

impl Decoder {
    /// The frame that ends with this byte, or what is wrong with it; None while a frame goes on.
    /// Bytes outside of frames are skipped.
    pub fn push(&mut self, byte: u8) -> Option<Result<Frame<'_>, FrameError>> {
        // @feature statistics
        self.statistics.bytes = self.statistics.bytes.wrapping_add(1);
        // @end
        match byte {
            FLAG => {
                let (len, overflow) = (self.len, self.overflow);
                let was_inside = core::mem::replace(&mut self.inside, true);
                (self.len, self.escaped, self.overflow) = (0, false, false);
                if !was_inside || len == 0 {
                    return None; // two flags in a row are the end of one frame and the begin of another
                }
                let checked = self.check(len, overflow);
                // @feature statistics
                match checked {
                    Ok(()) => self.statistics.frames += 1,
                    Err(_) => self.statistics.errors += 1,
                }
                // @end
                let payload = 2..len.saturating_sub(2);
                return Some(checked.map(|()| Frame {
                    kind: self.buffer[0],
                    number: self.buffer[1],
                    payload: &self.buffer[payload],
                }));
            }
            _ if !self.inside => {}
            ESCAPE => self.escaped = true,
            _ if self.len == self.buffer.len() => self.overflow = true,
            _ => {
                let changed = core::mem::take(&mut self.escaped);
                self.buffer[self.len] = if changed { byte ^ CHANGE } else { byte };
                self.len += 1;
            }
        }
        None
    }

    fn check(&self, len: usize, overflow: bool) -> Result<(), FrameError> {
        if overflow {
            return Err(FrameError::TooLong);
        }
        let Some(body) = len.checked_sub(2).filter(|body| *body >= 2) else {
            return Err(FrameError::TooShort);
        };
        let computed = self.buffer[..body]
            .iter()
            .fold(0xffff, |crc, byte| crc16(crc, *byte));
        let received = u16::from_be_bytes([self.buffer[body], self.buffer[body + 1]]);
        match computed == received {
            true => Ok(()),
            false => Err(FrameError::WrongCrc { computed, received }),
        }
    }

    // @feature statistics
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }
    // @end
}

// @feature acknowledge
/// The receiving end of a line on which frames are repeated until they are acknowledged.
#[derive(Debug, Clone, Default)]
pub struct Receiver {
    last: Option<u8>,
}

impl Receiver {
    /// Whether the frame is new (a repeated one has the number of the one before), and the answer.
    pub fn accept(&mut self, frame: &Frame) -> (bool, Frame<'static>) {
        let new = self.last.replace(frame.number) != Some(frame.number);
        let answer = Frame {
            kind: ACKNOWLEDGE,
            number: frame.number,
            payload: &[],
        };
        (new, answer)
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn encoded(kind: u8, number: u8, payload: &[u8]) -> Vec<u8> {
        let mut out = [0; MAX_ENCODED];
        let len = Frame {
            kind,
            number,
            payload,
        }
        .encode(&mut out)
        .unwrap();
        out[..len].to_vec()
    }

    /// Payloads of the frames in a stream, and the errors.
    fn decoded(stream: &[u8]) -> Vec<Result<Vec<u8>, FrameError>> {
        let mut decoder = Decoder::default();
        let mut found = Vec::new();
        for byte in stream {
            if let Some(frame) = decoder.push(*byte) {
                found.push(frame.map(|frame| frame.payload.to_vec()));
            }
        }
        found
    }

    #[test]
    fn the_crc_has_the_usual_check_value() {
        let crc = b"123456789"
            .iter()
            .fold(0xffff, |crc, byte| crc16(crc, *byte));
        assert_eq!(crc, 0x29b1);
    }

    #[test]
    fn every_byte_goes_through() {
        for first in 0..=255 {
            let payload = [first, FLAG, ESCAPE, 0];
            let payload = &payload[..payload.len().min(MAX_PAYLOAD)];
            assert_eq!(decoded(&encoded(first, 1, payload)), [Ok(payload.to_vec())]);
        }
        let longest = [ESCAPE; MAX_PAYLOAD];
        assert_eq!(
            decoded(&encoded(FLAG, ESCAPE, &longest)),
            [Ok(longest.to_vec())]
        );
    }

    #[test]
    fn flags_stand_only_at_the_ends() {
        let frame = encoded(FLAG, FLAG, &[FLAG, ESCAPE]);
        assert_eq!((frame.first(), frame.last()), (Some(&FLAG), Some(&FLAG)));
        assert!(!frame[1..frame.len() - 1].contains(&FLAG));
    }

    #[test]
    fn damage_is_noticed_and_the_next_frame_is_found() {
        let good = encoded(1, 2, b"good");
        for at in 1..good.len() - 1 {
            let mut stream = good.clone();
            stream[at] ^= 1;
            stream.extend(encoded(1, 3, b"next"));
            let found = decoded(&stream);
            assert_eq!(found.last(), Some(&Ok(b"next".to_vec())), "byte {at}");
            assert!(!found.contains(&Ok(b"good".to_vec())));
        }
    }

    #[test]
    fn sizes_are_checked() {
        let long = [0; MAX_PAYLOAD + 1];
        let frame = Frame {
            kind: 0,
            number: 0,
            payload: &long,
        };
        assert_eq!(frame.encode(&mut [0; 9]), Err(FrameError::PayloadTooLong));
        let frame = Frame {
            kind: 0,
            number: 0,
            payload: b"x",
        };
        assert_eq!(frame.encode(&mut [0; 5]), Err(FrameError::NoRoom));
        assert_eq!(decoded(&[FLAG, 1, 2, FLAG]), [Err(FrameError::TooShort)]);
        let endless = [&[FLAG][..], &[1; MAX_ENCODED], &[FLAG]].concat();
        assert_eq!(decoded(&endless), [Err(FrameError::TooLong)]);
        assert!(decoded(b"noise without any flag").is_empty());
    }

    // @feature statistics
    #[test]
    fn frames_and_errors_are_counted() {
        let mut decoder = Decoder::default();
        for byte in [encoded(1, 1, b"a"), std::vec![FLAG, 9, FLAG]].concat() {
            let _ = decoder.push(byte);
        }
        let statistics = decoder.statistics();
        assert_eq!((statistics.frames, statistics.errors), (1, 1));
    }
    // @end

    // @feature acknowledge
    #[test]
    fn a_repeated_frame_is_answered_but_not_new() {
        let mut receiver = Receiver::default();
        let frame = Frame {
            kind: 1,
            number: 7,
            payload: b"x",
        };
        let (first, again) = (receiver.accept(&frame), receiver.accept(&frame));
        assert_eq!((first.0, again.0), (true, false));
        assert_eq!((again.1.kind, again.1.number), (ACKNOWLEDGE, 7));
    }
    // @end
}
