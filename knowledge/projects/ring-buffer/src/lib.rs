//! A ring buffer of fixed capacity for places without a heap: no standard library, no `unsafe`.
//!
//! ```
//! use ring_buffer::RingBuffer;
//!
//! let mut queue: RingBuffer<u8, 2> = RingBuffer::new();
//! assert!(queue.push(1).is_ok() && queue.push(2).is_ok());
//! assert_eq!(queue.push(3).unwrap_err().0, 3); // full: the value comes back
//! assert_eq!(queue.pop(), Some(1));
//! ```
#![no_std]

#[cfg(test)]
extern crate std;

use core::fmt;

/// Bytes that a `ByteQueue` holds.
pub const BYTES: usize = 64; // @slot capacity

/// A queue for bytes of a serial line.
pub type ByteQueue = RingBuffer<u8, BYTES>;

/// There was no room for this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(pub T);

impl<T> fmt::Display for Full<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the ring buffer is full")
    }
}

impl<T: fmt::Debug> core::error::Error for Full<T> {}

/// A first-in, first-out queue of at most `N` values, kept in place.
#[derive(Clone)]
pub struct RingBuffer<T, const N: usize> {
    slots: [Option<T>; N],
    first: usize,
    len: usize,
}

impl<T, const N: usize> Default for RingBuffer<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T, const N: usize> RingBuffer<T, N> {
    /// An empty buffer.
    pub fn new() -> Self {
        RingBuffer {
            slots: core::array::from_fn(|_| None),
            first: 0,
            len: 0,
        }
    }

    pub const fn capacity(&self) -> usize {
        N
    }

    pub const fn len(&self) -> usize {
        self.len
    }

    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub const fn is_full(&self) -> bool {
        self.len == N
    }

    /// The slot of the value that has `at` values before it. Sums cannot wrap round: `at` is below N.
    const fn place(&self, at: usize) -> usize {
        let until_end = N - self.first;
        if at < until_end {
            self.first + at
        } else {
            at - until_end
        }
    }

    /// Puts a value at the end, or gives it back when there is no room.
    pub fn push(&mut self, value: T) -> Result<(), Full<T>> {
        if self.is_full() {
            return Err(Full(value));
        }
        let place = self.place(self.len);
        self.slots[place] = Some(value);
        self.len += 1;
        Ok(())
    }

    /// Takes the oldest value.
    pub fn pop(&mut self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let value = self.slots[self.first].take();
        self.first = self.place(1 % N);
        self.len -= 1;
        value
    }

    /// The value with `at` older ones before it.
    pub fn get(&self, at: usize) -> Option<&T> {
        match at < self.len {
            true => self.slots[self.place(at)].as_ref(),
            false => None,
        }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        match at < self.len {
            true => self.slots[self.place(at)].as_mut(),
            false => None,
        }
    }

    /// The oldest value, which `pop` would take.
    pub fn peek(&self) -> Option<&T> {
        self.get(0)
    }

    /// Drops all values.
    pub fn clear(&mut self) {
        while self.pop().is_some() {}
        self.first = 0;
    }

    // @feature overwrite
    /// Puts a value at the end; when there is no room, the oldest one makes way and is returned.
    /// A buffer of capacity 0 gives the value itself back.
    pub fn push_overwrite(&mut self, value: T) -> Option<T> {
        let oldest = if self.is_full() { self.pop() } else { None };
        match self.push(value) {
            Ok(()) => oldest,
            Err(Full(value)) => Some(value),
        }
    }
    // @end

    // @feature deque
    /// Puts a value before the oldest one.
    pub fn push_front(&mut self, value: T) -> Result<(), Full<T>> {
        if self.is_full() {
            return Err(Full(value));
        }
        self.first = self.place(N - 1);
        self.slots[self.first] = Some(value);
        self.len += 1;
        Ok(())
    }

    /// Takes the newest value.
    pub fn pop_back(&mut self) -> Option<T> {
        let last = self.len.checked_sub(1)?;
        self.len = last;
        let place = self.place(last);
        self.slots[place].take()
    }
    // @end

    // @feature iteration
    /// The values, the oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> + '_ {
        (0..self.len).filter_map(|at| self.get(at))
    }
    // @end
}

// @feature iteration
impl<T: fmt::Debug, const N: usize> fmt::Debug for RingBuffer<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
// @end

// @feature bytes
impl<const N: usize> RingBuffer<u8, N> {
    /// Takes as many of the bytes as there is room for, and says how many.
    pub fn write(&mut self, bytes: &[u8]) -> usize {
        let room = N - self.len;
        let taken = &bytes[..bytes.len().min(room)];
        taken
            .iter()
            .filter(|byte| self.push(**byte).is_ok())
            .count()
    }

    /// Fills the front of `bytes` with the oldest bytes, and says how many there were.
    pub fn read(&mut self, bytes: &mut [u8]) -> usize {
        let mut count = 0;
        while count < bytes.len() {
            match self.pop() {
                Some(byte) => bytes[count] = byte,
                None => break,
            }
            count += 1;
        }
        count
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::rc::Rc;

    #[test]
    fn the_first_in_is_the_first_out() {
        let mut buffer: RingBuffer<i32, 3> = RingBuffer::new();
        for round in 0..10 {
            assert_eq!(buffer.push(round), Ok(()));
            assert_eq!(buffer.push(-round), Ok(()));
            assert_eq!((buffer.pop(), buffer.pop()), (Some(round), Some(-round)));
        }
        assert_eq!(buffer.pop(), None);
    }

    #[test]
    fn a_full_buffer_gives_the_value_back() {
        let mut buffer: RingBuffer<i32, 2> = RingBuffer::new();
        assert_eq!((buffer.push(1), buffer.push(2)), (Ok(()), Ok(())));
        assert!(buffer.is_full());
        assert_eq!(buffer.push(3), Err(Full(3)));
        assert_eq!((buffer.peek(), buffer.len()), (Some(&1), 2));
    }

    #[test]
    fn values_are_found_by_their_age() {
        let mut buffer: RingBuffer<i32, 2> = RingBuffer::new();
        for value in 1..=3 {
            let _ = buffer.push(value);
            if value == 2 {
                buffer.pop();
            }
        }
        assert_eq!(
            (buffer.get(0), buffer.get(1), buffer.get(2)),
            (Some(&2), Some(&3), None)
        );
        if let Some(value) = buffer.get_mut(1) {
            *value = 30;
        }
        assert_eq!(buffer.get(1), Some(&30));
    }

    #[test]
    fn no_value_is_forgotten_when_cleared() {
        let value = Rc::new(());
        let mut buffer: RingBuffer<Rc<()>, 4> = RingBuffer::default();
        for _ in 0..4 {
            assert!(buffer.push(Rc::clone(&value)).is_ok());
        }
        assert_eq!(Rc::strong_count(&value), 5);
        buffer.clear();
        assert_eq!((Rc::strong_count(&value), buffer.len()), (1, 0));
    }

    #[test]
    fn nothing_fits_into_nothing() {
        let mut buffer: RingBuffer<u8, 0> = RingBuffer::new();
        assert_eq!((buffer.push(1), buffer.pop()), (Err(Full(1)), None));
        assert!(buffer.is_full() && buffer.is_empty());
        assert_eq!(ByteQueue::new().capacity(), BYTES);
    }

    #[test]
    fn behaves_like_a_deque_of_the_standard_library() {
        let mut buffer: RingBuffer<u32, 7> = RingBuffer::new();
        let mut model = VecDeque::new();
        let mut seed = 3u32;
        for step in 0..10_000 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if seed >> 30 < 2 {
                let fits = model.len() < 7;
                assert_eq!(buffer.push(step).is_ok(), fits);
                model.extend(fits.then_some(step));
            } else {
                assert_eq!(buffer.pop(), model.pop_front());
            }
            assert_eq!(buffer.len(), model.len());
            assert!((0..8).all(|at| buffer.get(at) == model.get(at)));
        }
    }

    // @feature overwrite
    #[test]
    fn the_oldest_makes_way() {
        let mut buffer: RingBuffer<i32, 2> = RingBuffer::new();
        let gone = [1, 2, 3, 4].map(|value| buffer.push_overwrite(value));
        assert_eq!(gone, [None, None, Some(1), Some(2)]);
        assert_eq!(buffer.peek(), Some(&3));
        assert_eq!(RingBuffer::<i32, 0>::new().push_overwrite(5), Some(5));
    }
    // @end

    // @feature deque
    #[test]
    fn both_ends_can_be_used() {
        let mut buffer: RingBuffer<i32, 3> = RingBuffer::new();
        assert!(buffer.push(2).is_ok() && buffer.push_front(1).is_ok() && buffer.push(3).is_ok());
        assert_eq!(buffer.push_front(0), Err(Full(0)));
        assert_eq!((buffer.pop_back(), buffer.pop()), (Some(3), Some(1)));
        assert_eq!((buffer.pop_back(), buffer.pop_back()), (Some(2), None));
    }
    // @end

    // @feature iteration
    #[test]
    fn values_are_listed_from_the_oldest() {
        let mut buffer: RingBuffer<i32, 3> = RingBuffer::new();
        for value in 0..5 {
            if buffer.is_full() {
                buffer.pop();
            }
            assert!(buffer.push(value).is_ok());
        }
        assert_eq!(std::format!("{buffer:?}"), "[2, 3, 4]");
        assert!(buffer.iter().rev().eq(&[4, 3, 2]));
    }
    // @end

    // @feature bytes
    #[test]
    fn bytes_go_through_in_pieces() {
        let mut buffer: RingBuffer<u8, 4> = RingBuffer::new();
        assert_eq!(buffer.write(b"abcdef"), 4);
        let mut piece = [0; 3];
        assert_eq!((buffer.read(&mut piece), &piece), (3, b"abc"));
        assert_eq!(buffer.write(b"gh"), 2);
        let mut rest = [0; 8];
        assert_eq!((buffer.read(&mut rest), &rest[..3]), (3, &b"dgh"[..]));
    }
    // @end
}
