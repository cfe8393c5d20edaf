//! Token buckets: so many requests a second on average, and a burst of so many at once.
//!
//! A bucket holds tokens that flow in at a steady rate; every request takes some. The clock is the
//! caller's, as the time since some beginning, so that everything can be tested without waiting.
//!
//! ```
//! use rate_limiter::{Limit, TokenBucket};
//! use std::time::Duration;
//!
//! let mut bucket = TokenBucket::new(Limit::per_second(2.0, 1).unwrap());
//! assert!(bucket.take(1, Duration::ZERO).is_ok());
//! let wait = bucket.take(1, Duration::ZERO).unwrap_err();
//! assert_eq!(wait, rate_limiter::Denied::After(Duration::from_millis(500)));
//! ```

// @feature keyed
use std::collections::HashMap;
// @end
use std::fmt;
// @feature keyed
use std::hash::Hash;
// @end
// @feature shared
use std::sync::{Mutex, PoisonError};
// @end
use std::time::Duration;
// @feature shared
use std::time::Instant;
// @end

/// Requests a second of the limit made with `default()`.
pub const RATE: f64 = 10_f64; // @slot rate
/// Requests at once of the limit made with `default()`.
pub const BURST: u32 = 20; // @slot burst

/// How much is allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limit {
    rate: f64,
    burst: u32,
}

/// A limit that lets nothing through or that is no number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BadLimit {
    pub rate: f64,
    pub burst: u32,
}

impl fmt::Display for BadLimit {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(
            f,
            "{} a second with a burst of {} is no limit: both must be above 0",
            self.rate, self.burst
        )
    }
}

impl std::error::Error for BadLimit {}

impl Default for Limit {
    fn default() -> Self {
        Limit {
            rate: RATE,
            burst: BURST,
        }
    }
}

impl Limit {
    /// `rate` tokens a second, and at most `burst` at once.
    pub fn per_second(rate: f64, burst: u32) -> Result<Limit, BadLimit> {
        match rate.is_finite() && rate > 0.0 && burst > 0 {
            true => Ok(Limit { rate, burst }),
            false => Err(BadLimit { rate, burst }),
        }
    }

    /// `count` tokens in every `period`, all of which may be taken at once.
    pub fn per_period(count: u32, period: Duration) -> Result<Limit, BadLimit> {
        Limit::per_second(f64::from(count) / period.as_secs_f64(), count)
    }

    pub fn rate(&self) -> f64 {
        self.rate
    }

    pub fn burst(&self) -> u32 {
        self.burst
    }
}

/// The request has to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Denied {
    /// There will be enough tokens after this time.
    After(Duration),
    /// The bucket never holds so many tokens.
    Never,
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Denied::After(wait) => write!(
                f,
                "too many requests: try again in {:.3} s",
                wait.as_secs_f64()
            ),
            Denied::Never => f.write_str("the request is larger than any burst allowed"),
        }
    }
}

impl std::error::Error for Denied {}

/// One bucket. It begins full.
#[derive(Debug, Clone)]
pub struct TokenBucket {
    limit: Limit,
    tokens: f64,
    /// When the tokens were counted last.
    counted: Duration,
}

impl TokenBucket {
    pub fn new(limit: Limit) -> Self {
        TokenBucket {
            limit,
            tokens: f64::from(limit.burst),
            counted: Duration::ZERO,
        }
    }

    pub fn limit(&self) -> Limit {
        self.limit
    }

    /// Whole tokens that could be taken at the time `now`.
    pub fn available(&mut self, now: Duration) -> u32 {
        self.refill(now);
        (self.tokens + Self::ROUNDING) as u32
    }

    /// Sums of many small times are not exact; so much is made up for.
    const ROUNDING: f64 = 1e-6;

    /// Takes `count` tokens at the time `now`, or none when there are too few.
    /// A clock that goes back counts as one that stands still.
    pub fn take(&mut self, count: u32, now: Duration) -> Result<(), Denied> {
        if count > self.limit.burst {
            return Err(Denied::Never);
        }
        self.refill(now);
        let missing = f64::from(count) - self.tokens;
        if missing > Self::ROUNDING {
            let seconds = missing / self.limit.rate;
            let wait = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
            return Err(Denied::After(wait));
        }
        self.tokens = (self.tokens - f64::from(count)).max(0.0);
        Ok(())
    }

    fn refill(&mut self, now: Duration) {
        let passed = now.saturating_sub(self.counted);
        self.counted = self.counted.max(now);
        let tokens = self.tokens + passed.as_secs_f64() * self.limit.rate;
        self.tokens = tokens.min(f64::from(self.limit.burst));
    }
}

// @feature keyed
/// A bucket for each key: a user, an address, a path.
#[derive(Debug, Clone)]
pub struct KeyedLimiter<K> {
    limit: Limit,
    most_keys: usize,
    buckets: HashMap<K, TokenBucket>,
}

impl<K: Hash + Eq + Clone> KeyedLimiter<K> {
    /// Remembers at most about `most_keys` keys; more of them at a time than that are denied.
    pub fn new(limit: Limit, most_keys: usize) -> Self {
        KeyedLimiter {
            limit,
            most_keys: most_keys.max(1),
            buckets: HashMap::new(),
        }
    }

    /// How many keys are remembered.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// Takes tokens from the bucket of `key`.
    pub fn take(&mut self, key: &K, count: u32, now: Duration) -> Result<(), Denied> {
        if let Some(bucket) = self.buckets.get_mut(key) {
            return bucket.take(count, now);
        }
        if self.buckets.len() >= self.most_keys {
            self.forget_full(now);
        }
        if self.buckets.len() >= self.most_keys {
            let wait = Duration::from_secs_f64((1.0 / self.limit.rate).min(1e9));
            return Err(Denied::After(wait));
        }
        let mut bucket = TokenBucket::new(self.limit);
        bucket.counted = now;
        let outcome = bucket.take(count, now);
        self.buckets.insert(key.clone(), bucket);
        outcome
    }

    /// Drops the buckets that are full again: a new one would be the same.
    pub fn forget_full(&mut self, now: Duration) {
        let burst = self.limit.burst;
        self.buckets
            .retain(|_, bucket| bucket.available(now) < burst);
    }
}
// @end

// @feature window
/// At most so many requests within any window of time: exact, but remembers every request in it.
#[derive(Debug, Clone)]
pub struct SlidingWindow {
    most: usize,
    window: Duration,
    times: std::collections::VecDeque<Duration>,
}

impl SlidingWindow {
    /// `most` requests, at least one, within `window`.
    pub fn new(most: usize, window: Duration) -> Self {
        SlidingWindow {
            most: most.max(1),
            window,
            times: Default::default(),
        }
    }

    pub fn take(&mut self, now: Duration) -> Result<(), Denied> {
        let now = self.times.back().map_or(now, |last| now.max(*last));
        while self
            .times
            .front()
            .is_some_and(|time| now - *time >= self.window)
        {
            self.times.pop_front();
        }
        match self.times.front() {
            Some(oldest) if self.times.len() >= self.most => {
                Err(Denied::After(self.window - (now - *oldest)))
            }
            _ => {
                self.times.push_back(now);
                Ok(())
            }
        }
    }
}
// @end

// @feature shared
/// A bucket for several threads, on the clock of the machine.
#[derive(Debug)]
pub struct SharedLimiter {
    begin: Instant,
    bucket: Mutex<TokenBucket>,
}

impl SharedLimiter {
    pub fn new(limit: Limit) -> Self {
        SharedLimiter {
            begin: Instant::now(),
            bucket: Mutex::new(TokenBucket::new(limit)),
        }
    }

    pub fn try_take(&self, count: u32) -> Result<(), Denied> {
        let mut bucket = self.bucket.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(count, self.begin.elapsed())
    }

    /// Waits until there are enough tokens. Fails only when there never will be.
    pub fn take(&self, count: u32) -> Result<(), Denied> {
        loop {
            match self.try_take(count) {
                Err(Denied::After(wait)) => std::thread::sleep(wait),
                outcome => return outcome,
            }
        }
    }
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    fn bucket(rate: f64, burst: u32) -> TokenBucket {
        TokenBucket::new(Limit::per_second(rate, burst).unwrap())
    }

    #[test]
    fn a_burst_is_allowed_and_then_the_rate() {
        let mut bucket = bucket(10.0, 3);
        let allowed: Vec<bool> = (0..5).map(|_| bucket.take(1, at(0)).is_ok()).collect();
        assert_eq!(allowed, [true, true, true, false, false]);
        assert_eq!(bucket.take(1, at(50)), Err(Denied::After(at(50))));
        assert_eq!(
            (bucket.take(1, at(100)), bucket.available(at(100))),
            (Ok(()), 0)
        );
    }

    #[test]
    fn over_a_long_time_the_rate_holds() {
        let mut bucket = bucket(10.0, 5);
        let allowed = (0..100_000)
            .filter(|ms| bucket.take(1, at(*ms)).is_ok())
            .count();
        assert!((1000..=1005).contains(&allowed), "{allowed}");
    }

    #[test]
    fn an_idle_bucket_does_not_overflow() {
        let mut bucket = bucket(10.0, 3);
        assert_eq!(bucket.available(at(1_000_000)), 3);
        assert_eq!(bucket.take(4, at(1_000_000)), Err(Denied::Never));
        assert_eq!(bucket.take(3, at(1_000_000)), Ok(()));
    }

    #[test]
    fn waiting_as_long_as_told_is_enough() {
        let mut bucket = bucket(3.0, 7);
        let mut now = Duration::ZERO;
        for count in [7, 3, 5, 1, 7, 2] {
            if let Err(Denied::After(wait)) = bucket.take(count, now) {
                now += wait;
                assert_eq!(bucket.take(count, now), Ok(()));
            }
        }
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut bucket = bucket(1.0, 1);
        assert_eq!(bucket.take(1, at(5000)), Ok(()));
        assert!(bucket.take(1, at(1000)).is_err());
        assert_eq!(bucket.take(1, at(5500)), Err(Denied::After(at(500))));
    }

    #[test]
    fn limits_are_checked() {
        for (rate, burst) in [(0.0, 1), (-1.0, 1), (f64::NAN, 1), (1.0, 0)] {
            assert!(Limit::per_second(rate, burst).is_err());
        }
        assert!(Limit::per_period(5, Duration::ZERO).is_err());
        let limit = Limit::per_period(30, Duration::from_secs(60)).unwrap();
        assert_eq!((limit.rate(), limit.burst()), (0.5, 30));
        assert_eq!(TokenBucket::new(Limit::default()).available(at(0)), BURST);
    }

    #[test]
    fn denials_are_explained() {
        let text = Denied::After(at(1500)).to_string();
        assert_eq!(text, "too many requests: try again in 1.500 s");
    }

    // @feature keyed
    #[test]
    fn keys_do_not_disturb_one_another() {
        let mut limiter = KeyedLimiter::new(Limit::per_second(1.0, 1).unwrap(), 2);
        assert_eq!(limiter.take(&"ann", 1, at(0)), Ok(()));
        assert!(limiter.take(&"ann", 1, at(0)).is_err());
        assert_eq!(limiter.take(&"bob", 1, at(0)), Ok(()));
        assert!(limiter.take(&"eve", 1, at(0)).is_err());
        assert_eq!(limiter.take(&"eve", 1, at(2000)), Ok(()));
        assert_eq!(limiter.len(), 1);
    }
    // @end

    // @feature window
    #[test]
    fn a_window_slides() {
        let mut window = SlidingWindow::new(2, at(1000));
        let outcomes = [0, 400, 600, 999, 1000, 1399, 1400].map(|ms| window.take(at(ms)));
        let wait = |ms| Err(Denied::After(at(ms)));
        assert_eq!(
            outcomes,
            [Ok(()), Ok(()), wait(400), wait(1), Ok(()), wait(1), Ok(())]
        );
    }
    // @end

    // @feature shared
    #[test]
    fn threads_share_a_bucket() {
        let limiter = SharedLimiter::new(Limit::per_second(0.001, 10).unwrap());
        let take = || (0..10).filter(|_| limiter.try_take(1).is_ok()).count();
        let total: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(take)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .sum()
        });
        assert_eq!(total, 10);
    }

    #[test]
    fn waiting_ends() {
        let limiter = SharedLimiter::new(Limit::per_second(500.0, 1).unwrap());
        let begin = Instant::now();
        for _ in 0..6 {
            assert_eq!(limiter.take(1), Ok(()));
        }
        assert!(begin.elapsed() >= at(9));
        assert_eq!(limiter.take(2), Err(Denied::Never));
    }
    // @end
}
