//! A discrete event simulation of customers, one queue and several clerks.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;

/// What is simulated when nothing else is said.
pub const CLERKS: usize = 2; // @slot clerks
pub const CUSTOMERS: usize = 100; // @slot customers

/// Mean minutes between two arrivals, and of a service.
pub const GAP: f64 = 2_f64; // @slot gap
pub const SERVICE: f64 = 3_f64; // @slot service

/// Time in thousandths of a minute: whole numbers have an exact order.
pub type Time = u64;

/// Thousandths from minutes; negative and meaningless times are 0.
pub fn time(minutes: f64) -> Time {
    (minutes * 1000.0).round() as Time
}

fn minutes(time: Time) -> f64 {
    time as f64 / 1000.0
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Customer {
    pub arrives: Time,
    pub service: Time,
}

/// Customers with exponentially distributed gaps and services, the same ones for the same seed.
pub fn random_customers(count: usize, gap: f64, service: f64, seed: u64) -> Vec<Customer> {
    let mut state = seed;
    let mut exponential = |mean: f64| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        // A number above 0 and not above 1, whose logarithm is finite.
        let share = ((mixed >> 11) + 1) as f64 / (1u64 << 53) as f64;
        time(-mean * share.ln())
    };
    let mut now = 0;
    let customers = (0..count).map(|_| {
        now += exponential(gap);
        Customer {
            arrives: now,
            service: exponential(service),
        }
    });
    customers.collect()
}

/// What happens at a time. Customers are named by their place in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Leaves(usize),
    Arrives(usize),
    // @feature patience
    GivesUp(usize),
    // @end
}

/// The result of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub clerks: usize,
    pub customers: usize,
    pub served: usize,
    /// How long each served customer waited, in the order of service.
    pub waits: Vec<Time>,
    pub longest_queue: usize,
    /// The working time of all clerks together.
    pub busy: Time,
    /// When the last customer left.
    pub end: Time,
    // @feature log
    /// What happened, line by line.
    pub log: Vec<String>,
    // @end
}

impl Report {
    pub fn mean_wait(&self) -> f64 {
        match self.waits.len() {
            0 => 0.0,
            count => minutes(self.waits.iter().sum()) / count as f64,
        }
    }

    pub fn longest_wait(&self) -> f64 {
        minutes(self.waits.iter().max().copied().unwrap_or(0))
    }

    /// The share of their time for which clerks worked.
    pub fn utilisation(&self) -> f64 {
        match self.end * self.clerks as u64 {
            0 => 0.0,
            all => self.busy as f64 / all as f64,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        writeln!(
            f,
            "clerks {}, customers {}, served {}",
            self.clerks, self.customers, self.served
        )?;
        writeln!(
            f,
            "waiting: mean {:.1}, longest {:.1} minutes",
            self.mean_wait(),
            self.longest_wait()
        )?;
        writeln!(
            f,
            "longest queue {}, clerks busy {:.0} %, closed after {:.1} minutes",
            self.longest_queue,
            self.utilisation() * 100.0,
            minutes(self.end)
        )
    }
}

/// The state while time goes on.
struct Run<'a> {
    customers: &'a [Customer],
    events: BinaryHeap<Reverse<(Time, Event)>>,
    queue: VecDeque<usize>,
    free: usize,
    report: Report,
}

/// Simulates a day.
#[derive(Debug, Clone)]
pub struct Simulation {
    pub clerks: usize,
    // @feature patience
    /// How long customers wait before they give up.
    pub patience: Option<Time>,
    // @end
}

impl Simulation {
    pub fn new(clerks: usize) -> Self {
        Simulation {
            clerks,
            patience: None, // @feature patience
        }
    }

    /// Takes the events in their order until none is left.
    pub fn run(&self, customers: &[Customer]) -> Report {
        let arrivals = customers.iter().enumerate();
        let arrivals = arrivals.map(|(at, c)| Reverse((c.arrives, Event::Arrives(at))));
        let mut run = Run {
            customers,
            events: arrivals.collect(),
            queue: VecDeque::new(),
            free: self.clerks,
            report: Report {
                clerks: self.clerks,
                customers: customers.len(),
                ..Report::default()
            },
        };
        while let Some(Reverse((now, event))) = run.events.pop() {
            match event {
                Event::Arrives(who) => {
                    run.tell(now, who, "arrives"); // @feature log
                    run.queue.push_back(who);
                    // @feature patience
                    if let Some(patience) = self.patience {
                        let then = now.saturating_add(patience);
                        run.events.push(Reverse((then, Event::GivesUp(who))));
                    }
                    // @end
                }
                Event::Leaves(who) => {
                    run.tell(now, who, "leaves"); // @feature log
                    run.free += 1;
                    run.report.served += 1;
                    run.report.busy += customers[who].service;
                    run.report.end = now;
                }
                // @feature patience
                Event::GivesUp(who) => {
                    // Who is served by now is no longer in the queue.
                    if let Some(at) = run.queue.iter().position(|&waiting| waiting == who) {
                        run.queue.remove(at);
                        run.tell(now, who, "gives up"); // @feature log
                        run.report.end = now;
                    }
                }
                // @end
            }
            run.serve(now);
            let waiting = run.queue.len();
            run.report.longest_queue = run.report.longest_queue.max(waiting);
        }
        run.report
    }
}

impl Run<'_> {
    /// Lets free clerks call the customers who wait.
    fn serve(&mut self, now: Time) {
        while self.free > 0 {
            let Some(who) = self.queue.pop_front() else {
                return;
            };
            self.tell(now, who, "is served"); // @feature log
            let customer = self.customers[who];
            self.free -= 1;
            self.report.waits.push(now - customer.arrives);
            let end = now.saturating_add(customer.service);
            self.events.push(Reverse((end, Event::Leaves(who))));
        }
    }

    // @feature log
    fn tell(&mut self, now: Time, who: usize, what: &str) {
        let line = format!("{:>10.3} customer {} {what}", minutes(now), who + 1);
        self.report.log.push(line);
    }
    // @end
}

// @feature input
/// Reads customers: on each line the minute of arrival and the minutes of service.
pub fn read_customers(text: &str) -> Result<Vec<Customer>, String> {
    let mut customers = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let wrong = || format!("line {}: expected two numbers of minutes", at + 1);
        let words: Vec<&str> = line.split_whitespace().collect();
        let number = |text: &str| -> Result<Time, String> {
            let number = text.parse::<f64>().ok();
            let possible = number.filter(|n| (0.0..=1e9).contains(n));
            possible.map(time).ok_or_else(wrong)
        };
        match words[..] {
            [] => {}
            [arrives, service] => customers.push(Customer {
                arrives: number(arrives)?,
                service: number(service)?,
            }),
            _ => return Err(wrong()),
        }
    }
    customers.sort_by_key(|customer| customer.arrives);
    Ok(customers)
}
// @end

// @feature compare
/// Runs the same customers with 1 to `most` clerks; one line for each.
pub fn compare(simulation: &Simulation, customers: &[Customer], most: usize) -> String {
    let mut text = "clerks  mean wait  longest wait  busy\n".to_string();
    for clerks in 1..=most {
        let mut simulation = simulation.clone();
        simulation.clerks = clerks;
        let report = simulation.run(customers);
        text += &format!(
            "{clerks:>6} {:>10.1} {:>13.1} {:>4.0}%\n",
            report.mean_wait(),
            report.longest_wait(),
            report.utilisation() * 100.0
        );
    }
    text
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn customers(times: &[(f64, f64)]) -> Vec<Customer> {
        let customer = |&(arrives, service): &(f64, f64)| Customer {
            arrives: time(arrives),
            service: time(service),
        };
        times.iter().map(customer).collect()
    }

    #[test]
    fn one_clerk_serves_in_order() {
        let report = Simulation::new(1).run(&customers(&[(0.0, 5.0), (1.0, 2.0), (2.0, 1.0)]));
        assert_eq!(report.waits, [0, 4000, 5000]);
        assert_eq!(
            (report.served, report.longest_queue, report.end),
            (3, 2, 8000)
        );
        assert!((report.utilisation() - 1.0).abs() < 1e-9);
        assert!((report.mean_wait() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn two_clerks_share_the_queue() {
        let report = Simulation::new(2).run(&customers(&[(0.0, 5.0), (1.0, 2.0), (2.0, 1.0)]));
        assert_eq!(report.waits, [0, 0, 1000]);
        assert_eq!((report.end, report.busy), (5000, 8000));
    }

    #[test]
    fn who_leaves_makes_room_before_the_next_arrives() {
        let report = Simulation::new(1).run(&customers(&[(0.0, 3.0), (3.0, 1.0)]));
        assert_eq!(report.waits, [0, 0]);
        assert_eq!(report.longest_queue, 0);
    }

    #[test]
    fn more_clerks_never_make_customers_wait_longer() {
        let crowd = random_customers(500, 1.0, 3.0, 9);
        let waits: Vec<f64> = (1..8)
            .map(|n| Simulation::new(n).run(&crowd).mean_wait())
            .collect();
        assert!(waits.windows(2).all(|pair| pair[1] <= pair[0]));
        assert!(waits[0] > 100.0 && waits[6] < 1.0);
    }

    #[test]
    fn means_are_as_asked_for_and_seeds_decide() {
        let crowd = random_customers(20_000, 2.0, 3.0, 1);
        let gap = minutes(crowd[19_999].arrives) / 20_000.0;
        let service: Time = crowd.iter().map(|c| c.service).sum();
        assert!((gap - 2.0).abs() < 0.1, "{gap}");
        assert!((minutes(service) / 20_000.0 - 3.0).abs() < 0.1);
        assert_eq!(random_customers(9, 2.0, 3.0, 1), crowd[..9]);
        assert_ne!(random_customers(9, 2.0, 3.0, 2), crowd[..9]);
    }

    #[test]
    fn the_waiting_time_is_that_of_theory() {
        // One clerk, half busy: the mean wait equals the mean service time.
        let crowd = random_customers(200_000, 2.0, 1.0, 4);
        let report = Simulation::new(1).run(&crowd);
        assert!(
            (report.mean_wait() - 1.0).abs() < 0.1,
            "{}",
            report.mean_wait()
        );
        assert!((report.utilisation() - 0.5).abs() < 0.02);
    }

    // @feature patience
    #[test]
    fn who_waits_too_long_leaves() {
        let mut simulation = Simulation::new(1);
        simulation.patience = Some(time(2.0));
        let report = simulation.run(&customers(&[(0.0, 5.0), (1.0, 1.0), (4.0, 1.0)]));
        assert_eq!((report.served, report.customers), (2, 3));
        assert_eq!(report.waits, [0, 1000]);
    }
    // @end

    // @feature log
    #[test]
    fn events_are_logged_in_order() {
        let report = Simulation::new(1).run(&customers(&[(0.0, 2.0), (1.5, 1.0)]));
        assert_eq!(report.log.len(), 6);
        assert_eq!(report.log[2].trim(), "1.500 customer 2 arrives");
        assert_eq!(report.log[4].trim(), "2.000 customer 2 is served");
    }
    // @end

    // @feature input
    #[test]
    fn customers_are_read_and_sorted() {
        let read = read_customers("3 1\n\n0.5 2\n").unwrap();
        assert_eq!(read, customers(&[(0.5, 2.0), (3.0, 1.0)]));
        for text in ["1", "1 x", "1 -2", "1 2 3", "nan 1"] {
            assert!(read_customers(text).is_err(), "{text}");
        }
    }
    // @end

    // @feature compare
    #[test]
    fn clerks_are_compared() {
        let table = compare(&Simulation::new(9), &random_customers(50, 1.0, 3.0, 2), 3);
        assert_eq!(table.lines().count(), 4);
        assert!(table.lines().nth(3).unwrap().starts_with("     3 "));
    }
    // @end
}
