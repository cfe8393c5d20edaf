//! Distributes jobs over a fixed number of threads and collects their results in the order of the jobs.

use std::sync::{mpsc, Arc, Mutex};
use std::thread;

/// Applies `work` to every job on `workers` threads.
fn map_parallel<T, R, F>(jobs: Vec<T>, workers: usize, work: F) -> Vec<R>
where
    T: Send + 'static,
    R: Send + 'static,
    F: Fn(T) -> R + Send + Sync + 'static,
{
    let count = jobs.len();
    let (send_job, receive_job) = mpsc::channel();
    let (send_result, receive_result) = mpsc::channel();
    let receive_job = Arc::new(Mutex::new(receive_job));
    let work = Arc::new(work);
    let threads: Vec<_> = (0..workers.max(1))
        .map(|_| {
            let (receive_job, send_result, work) = (Arc::clone(&receive_job), send_result.clone(), Arc::clone(&work));
            thread::spawn(move || loop {
                // The lock is held only while a job is taken; recv fails when no sender is left.
                let next = receive_job.lock().expect("a worker panicked").recv();
                let Ok((number, job)) = next else {
                    return;
                };
                if send_result.send((number, work(job))).is_err() {
                    return;
                }
            })
        })
        .collect();
    drop(send_result);
    for numbered in jobs.into_iter().enumerate() {
        send_job.send(numbered).expect("workers are waiting");
    }
    drop(send_job);

    let mut results: Vec<Option<R>> = (0..count).map(|_| None).collect();
    for (number, result) in receive_result {
        results[number] = Some(result);
    }
    for thread in threads {
        thread.join().expect("a worker panicked");
    }
    results.into_iter().flatten().collect()
}

fn main() {
    let squares = map_parallel((1..=10_u64).collect(), 4, |n| n * n);
    println!("{squares:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_jobs() {
        let texts: Vec<String> = (0..100).map(|n| n.to_string()).collect();
        let lengths = map_parallel(texts, 8, |t| t.len());
        assert_eq!(lengths.len(), 100);
        assert_eq!((lengths[9], lengths[10]), (1, 2));
    }

    #[test]
    fn no_jobs_no_results() {
        assert!(map_parallel(Vec::<u8>::new(), 2, |n| n).is_empty());
    }
}
