//! A pool of worker threads: jobs go in through a bounded queue, results come back in their order.

use std::any::Any;
use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};
// @feature cancel
use std::sync::atomic::{AtomicBool, Ordering};
// @end
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Jobs that may wait in the queue before `execute` blocks.
pub const QUEUE_LENGTH: usize = 64; // @slot queue

type Job = Box<dyn FnOnce() + Send>;

/// The job was not finished.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobError {
    /// The job panicked with this message. The worker goes on with the next job.
    Panicked(String),
    Cancelled, // @feature cancel
}

impl fmt::Display for JobError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            JobError::Panicked(message) => write!(f, "the job panicked: {message}"),
            JobError::Cancelled => f.write_str("the job was cancelled"), // @feature cancel
        }
    }
}

impl std::error::Error for JobError {}

// @feature cancel
/// Tells jobs that have not begun that they are no longer wanted. Clones share the flag.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
// @end

// @feature statistics
/// What the workers did so far: how many jobs each of them took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    pub taken: Vec<usize>,
}

impl Statistics {
    pub fn total(&self) -> usize {
        self.taken.iter().sum()
    }
}
// @end

/// Threads that wait for jobs. Dropping the pool finishes the queued jobs and joins the threads.
pub struct Pool {
    queue: Option<SyncSender<Job>>,
    threads: Vec<JoinHandle<()>>,
    statistics: Arc<Mutex<Statistics>>, // @feature statistics
    token: CancelToken,                 // @feature cancel
}

impl Pool {
    /// Starts `workers` threads, at least one.
    pub fn new(workers: usize) -> Self {
        let workers = workers.max(1);
        let (queue, jobs) = mpsc::sync_channel(QUEUE_LENGTH);
        let jobs = Arc::new(Mutex::new(jobs));
        // @feature statistics
        let statistics = Arc::new(Mutex::new(Statistics {
            taken: vec![0; workers],
        }));
        // @end
        let threads = (0..workers)
            .map(|_number| {
                let jobs = Arc::clone(&jobs);
                // @feature statistics
                let statistics = Arc::clone(&statistics);
                // @end
                thread::spawn(move || {
                    while let Some(job) = next_job(&jobs) {
                        // @feature statistics
                        statistics
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .taken[_number] += 1;
                        // @end
                        job();
                    }
                })
            })
            .collect();
        Pool {
            queue: Some(queue),
            threads,
            statistics,                    // @feature statistics
            token: CancelToken::default(), // @feature cancel
        }
    }

    pub fn workers(&self) -> usize {
        self.threads.len()
    }

    /// Hands a job to the next free worker; waits while the queue is full.
    /// What the job panics with is dropped: use `map` to hear of it.
    pub fn execute(&self, job: impl FnOnce() + Send + 'static) {
        let guarded = Box::new(move || {
            let _ = catch_unwind(AssertUnwindSafe(job));
        });
        if let Some(queue) = &self.queue {
            // Workers end only when the queue is closed, which needs the pool itself.
            let _ = queue.send(guarded);
        }
    }

    /// Applies `work` to every item on the workers. Results stand in the order of the items.
    pub fn map<T, R>(
        &self,
        items: Vec<T>,
        work: impl Fn(T) -> R + Send + Sync + 'static,
    ) -> Vec<Result<R, JobError>>
    where
        T: Send + 'static,
        R: Send + 'static,
    {
        let count = items.len();
        let work = Arc::new(work);
        let (send_result, results) = mpsc::channel();
        for (number, item) in items.into_iter().enumerate() {
            let (work, send_result) = (Arc::clone(&work), send_result.clone());
            // @feature cancel
            let token = self.token.clone();
            // @end
            self.execute(move || {
                // @feature cancel
                if token.is_cancelled() {
                    let _ = send_result.send((number, Err(JobError::Cancelled)));
                    return;
                }
                // @end
                let result = catch_unwind(AssertUnwindSafe(|| work(item)))
                    .map_err(|panic| JobError::Panicked(panic_message(panic.as_ref())));
                let _ = send_result.send((number, result));
            });
        }
        drop(send_result);
        let mut numbered: Vec<(usize, Result<R, JobError>)> = Vec::with_capacity(count);
        numbered.extend(results);
        numbered.sort_by_key(|(number, _)| *number);
        numbered.into_iter().map(|(_, result)| result).collect()
    }

    // @feature statistics
    /// How many jobs each worker took.
    pub fn statistics(&self) -> Statistics {
        self.statistics
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
    // @end

    // @feature cancel
    /// The token that stops the jobs of `map` that have not begun.
    pub fn token(&self) -> CancelToken {
        self.token.clone()
    }
    // @end
}

impl Drop for Pool {
    fn drop(&mut self) {
        drop(self.queue.take());
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// The lock is held only while a job is taken. None when the queue is closed and empty.
fn next_job(jobs: &Mutex<Receiver<Job>>) -> Option<Job> {
    let jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
    jobs.recv().ok()
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| text.to_string())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown reason".to_string())
}

/// The prime factors of `number` in ascending order, the job that the program hands to its workers.
pub fn prime_factors(mut number: u64) -> Vec<u64> {
    let mut factors = Vec::new();
    let mut divisor = 2;
    while divisor <= number / divisor {
        while number % divisor == 0 {
            factors.push(divisor);
            number /= divisor;
        }
        divisor += if divisor == 2 { 1 } else { 2 };
    }
    if number > 1 {
        factors.push(number);
    }
    factors
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering::SeqCst;

    #[test]
    fn results_keep_the_order_of_the_items() {
        let lengths = Pool::new(8).map((0..100).collect(), |n: u32| {
            thread::sleep(std::time::Duration::from_micros(u64::from(n % 7) * 50));
            n * 2
        });
        let expected: Vec<_> = (0..100).map(|n| Ok(n * 2)).collect();
        assert_eq!(lengths, expected);
    }

    #[test]
    fn no_items_no_results() {
        assert!(Pool::new(0).map(Vec::<u8>::new(), |n| n).is_empty());
        assert_eq!(Pool::new(0).workers(), 1);
    }

    #[test]
    fn a_panic_spoils_only_its_own_job() {
        let pool = Pool::new(2);
        let results = pool.map(vec![1, 0, 5], |n: i32| {
            assert!(n != 0, "zero is not welcome");
            10 / n
        });
        let failure = JobError::Panicked("zero is not welcome".to_string());
        assert_eq!(results, [Ok(10), Err(failure), Ok(2)]);
        assert_eq!(pool.map(vec![3], |n: i32| n), [Ok(3)]);
    }

    #[test]
    fn dropping_the_pool_finishes_what_is_queued() {
        let done = Arc::new(AtomicUsize::new(0));
        let pool = Pool::new(3);
        for number in 0..50 {
            let done = Arc::clone(&done);
            pool.execute(move || {
                done.fetch_add(1, SeqCst);
                assert!(number != 7, "panics do not end a worker");
            });
        }
        drop(pool);
        assert_eq!(done.load(SeqCst), 50);
    }

    #[test]
    fn factors_multiply_to_the_number() {
        assert_eq!(prime_factors(360), [2, 2, 2, 3, 3, 5]);
        assert_eq!(prime_factors(97), [97]);
        assert!(prime_factors(1).is_empty() && prime_factors(0).is_empty());
        assert_eq!(prime_factors(999_983 * 999_979), [999_979, 999_983]);
    }

    // @feature cancel
    #[test]
    fn cancelled_jobs_do_not_begin() {
        let pool = Pool::new(1);
        let token = pool.token();
        let results = pool.map(vec![1, 2, 3], move |n: i32| {
            token.cancel();
            n
        });
        let cancelled = Err(JobError::Cancelled);
        assert_eq!(results, [Ok(1), cancelled.clone(), cancelled]);
    }
    // @end

    // @feature statistics
    #[test]
    fn every_job_is_counted() {
        let pool = Pool::new(3);
        let statistics = Arc::clone(&pool.statistics);
        pool.map((0..20).collect(), |n: u8| n);
        drop(pool);
        assert_eq!(statistics.lock().unwrap().total(), 20);
        assert_eq!(statistics.lock().unwrap().taken.len(), 3);
    }
    // @end
}
