//! Producer and consumer stages joined by bounded channels. Each stage has worker threads of its
//! own; a slow stage makes those before it wait, and results come out in the order of the source.

pub mod text;

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// Items that may wait between two stages.
pub const QUEUE: usize = 16; // @slot queue

/// The number of an item, and the item unless a stage left it out.
type Numbered<T> = (usize, Option<T>);

/// A stage did not survive an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagePanicked {
    pub stage: String,
    pub message: String,
}

impl fmt::Display for StagePanicked {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "stage '{}' panicked: {}", self.stage, self.message)
    }
}

impl std::error::Error for StagePanicked {}

/// How many items a stage took and passed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StageReport {
    pub stage: String,
    pub taken: usize,
    pub passed: usize,
}

#[derive(Debug, Default)]
struct Counter {
    taken: AtomicUsize,
    passed: AtomicUsize,
}

struct Stage {
    name: String,
    counter: Arc<Counter>,
    threads: Vec<JoinHandle<()>>,
}

/// A running pipeline whose last stage gives values of type `T`.
pub struct Pipeline<T> {
    results: Receiver<Numbered<T>>,
    stages: Vec<Stage>,
}

impl<T: Send + 'static> Pipeline<T> {
    /// Begins with the items of an iterator, which runs on a thread of its own.
    pub fn source<I>(items: I) -> Self
    where
        I: IntoIterator<Item = T>,
        I::IntoIter: Send + 'static,
    {
        let (sender, results) = mpsc::sync_channel(QUEUE);
        let items = items.into_iter();
        let counter = Arc::new(Counter::default());
        let counting = Arc::clone(&counter);
        let thread = thread::spawn(move || {
            for (number, item) in items.enumerate() {
                counting.taken.fetch_add(1, Ordering::Relaxed);
                // Nobody listens any more: the sink has had enough.
                if sender.send((number, Some(item))).is_err() {
                    return;
                }
                counting.passed.fetch_add(1, Ordering::Relaxed);
            }
        });
        let name = "source".to_string();
        Pipeline {
            results,
            stages: vec![Stage {
                name,
                counter,
                threads: vec![thread],
            }],
        }
    }

    /// Adds a stage of so many threads. Items for which `work` gives None are left out.
    pub fn stage<U, F>(mut self, name: &str, workers: usize, work: F) -> Pipeline<U>
    where
        U: Send + 'static,
        F: Fn(T) -> Option<U> + Send + Sync + 'static,
    {
        let (sender, results) = mpsc::sync_channel(QUEUE);
        let input = Arc::new(Mutex::new(self.results));
        let work = Arc::new(work);
        let counter = Arc::new(Counter::default());
        let threads = (0..workers.max(1))
            .map(|_| {
                let (input, sender) = (Arc::clone(&input), sender.clone());
                let (work, counter) = (Arc::clone(&work), Arc::clone(&counter));
                thread::spawn(move || run_worker(&input, &sender, &counter, work.as_ref()))
            })
            .collect();
        self.stages.push(Stage {
            name: name.to_string(),
            counter,
            threads,
        });
        Pipeline {
            results,
            stages: self.stages,
        }
    }

    /// Gives the results to `sink` in the order of the source until there are no more or it returns
    /// false, then waits for all threads.
    pub fn run(self, mut sink: impl FnMut(T) -> bool) -> Result<Vec<StageReport>, StagePanicked> {
        let mut waiting = BTreeMap::new();
        let mut next = 0;
        let mut open = true;
        while let (true, Ok((number, item))) = (open, self.results.recv()) {
            waiting.insert(number, item);
            while let (true, Some(item)) = (open, waiting.remove(&next)) {
                next += 1;
                open = item.is_none_or(&mut sink);
            }
        }
        // Without a listener every stage ends at its next item.
        drop(self.results);
        let mut reports = Vec::new();
        let mut failure = None;
        for stage in self.stages {
            for thread in stage.threads {
                if let Err(panic) = thread.join() {
                    let message = panic_message(panic.as_ref());
                    failure.get_or_insert(StagePanicked {
                        stage: stage.name.clone(),
                        message,
                    });
                }
            }
            reports.push(StageReport {
                stage: stage.name,
                taken: stage.counter.taken.load(Ordering::Relaxed),
                passed: stage.counter.passed.load(Ordering::Relaxed),
            });
        }
        match failure {
            Some(failure) => Err(failure),
            None => Ok(reports),
        }
    }

    /// All results in the order of the source.
    pub fn collect(self) -> Result<Vec<T>, StagePanicked> {
        let mut all = Vec::new();
        self.run(|item| {
            all.push(item);
            true
        })?;
        Ok(all)
    }
}

fn run_worker<T, U>(
    input: &Mutex<Receiver<Numbered<T>>>,
    output: &SyncSender<Numbered<U>>,
    counter: &Counter,
    work: &(impl Fn(T) -> Option<U> + ?Sized),
) {
    loop {
        // The lock is held only while an item is taken.
        let received = input.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, item)) = received else {
            return;
        };
        let result = item.and_then(|item| {
            counter.taken.fetch_add(1, Ordering::Relaxed);
            work(item)
        });
        counter
            .passed
            .fetch_add(usize::from(result.is_some()), Ordering::Relaxed);
        if output.send((number, result)).is_err() {
            return;
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| text.to_string())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown reason".to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn results_keep_the_order_of_the_source() {
        let results = Pipeline::source(0..200u64)
            .stage("sleep", 8, |n| {
                thread::sleep(Duration::from_micros(n * 7919 % 300));
                Some(n)
            })
            .stage("double", 3, |n| Some(n * 2))
            .collect();
        assert_eq!(results, Ok((0..200).map(|n| n * 2).collect()));
    }

    #[test]
    fn items_can_be_left_out() {
        let even = Pipeline::source(0..10).stage("even", 4, |n| (n % 2 == 0).then_some(n));
        let mut seen = Vec::new();
        let reports = even
            .stage("text", 2, |n: i32| Some(n.to_string()))
            .run(|text| {
                seen.push(text);
                true
            });
        assert_eq!(seen, ["0", "2", "4", "6", "8"]);
        let counts: Vec<_> = reports
            .unwrap()
            .iter()
            .map(|r| (r.taken, r.passed))
            .collect();
        assert_eq!(counts, [(10, 10), (10, 5), (5, 5)]);
    }

    #[test]
    fn a_sink_that_has_enough_ends_an_endless_source() {
        let made = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&made);
        let source = (0..).inspect(move |_: &u64| {
            counting.fetch_add(1, Ordering::SeqCst);
        });
        let mut seen = 0;
        let reports = Pipeline::source(source).stage("same", 2, Some).run(|_| {
            seen += 1;
            seen < 5
        });
        assert!(reports.is_ok());
        assert_eq!(seen, 5);
    }

    #[test]
    fn a_slow_sink_makes_the_source_wait() {
        let made = Arc::new(AtomicUsize::new(0));
        let counting = Arc::clone(&made);
        let source = (0..3 * QUEUE + 100).inspect(move |_| {
            counting.fetch_add(1, Ordering::SeqCst);
        });
        let mut most = 0;
        let mut seen = 0;
        let sink = |_| {
            thread::sleep(Duration::from_micros(100));
            seen += 1;
            most = most.max(made.load(Ordering::SeqCst).saturating_sub(seen));
            true
        };
        Pipeline::source(source)
            .stage("same", 1, Some)
            .run(sink)
            .unwrap();
        // Two full queues, and what the three threads have in their hands.
        assert!(most <= 2 * QUEUE + 4, "{most}");
    }

    #[test]
    fn a_panic_names_its_stage() {
        let failure = Pipeline::source([1, 0, 2])
            .stage("divide", 1, |n: i32| {
                assert!(n != 0, "zero");
                Some(10 / n)
            })
            .collect();
        let expected = StagePanicked {
            stage: "divide".to_string(),
            message: "zero".to_string(),
        };
        assert_eq!(failure, Err(expected));
    }
}
