//! Planning of tasks by their priority.

mod heap;

pub use heap::Heap;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

/// The highest priority; the lowest is 0.
pub const MAX_PRIORITY: u32 = 9; // @slot priority

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    Line { line: usize, text: String },
    Priority { line: usize },
    Twice { line: usize, name: String },
    Unknown { task: String, wanted: String }, // @feature dependencies
    Circle(Vec<String>),                      // @feature dependencies
}

impl fmt::Display for PlanError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            PlanError::Line { line, text } => {
                write!(f, "line {line}: '{text}' is not NAME PRIORITY DURATION")
            }
            PlanError::Priority { line } => {
                write!(f, "line {line}: priorities go from 0 to {MAX_PRIORITY}")
            }
            PlanError::Twice { line, name } => write!(f, "line {line}: '{name}' occurs twice"),
            // @feature dependencies
            PlanError::Unknown { task, wanted } => {
                write!(f, "'{task}' waits for '{wanted}', which is no task")
            }
            PlanError::Circle(names) => {
                write!(f, "these tasks wait for one another: {}", names.join(" "))
            }
            // @end
        }
    }
}

impl std::error::Error for PlanError {}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub name: String,
    pub priority: u32,
    pub duration: u64,
    pub after: Vec<String>, // @feature dependencies
}

/// A task with the time at which it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub start: u64,
    pub end: u64,
    pub name: String,
}

/// Reads tasks, one per line: name, priority and duration.
pub fn parse(text: &str) -> Result<Vec<Task>, PlanError> {
    let mut tasks: Vec<Task> = Vec::new();
    let mut seen = HashMap::new();
    for (line, text) in (1..).zip(text.lines()) {
        let words: Vec<&str> = text.split_whitespace().collect();
        let wrong = || PlanError::Line {
            line,
            text: text.to_string(),
        };
        let (name, priority, duration, after) = match words[..] {
            [] => continue,
            [name, priority, duration, ref after @ ..] => (name, priority, duration, after),
            _ => return Err(wrong()),
        };
        // @without dependencies
        //| if !after.is_empty() {
        //|     return Err(wrong());
        //| }
        // @end
        let priority = priority.parse().map_err(|_| wrong())?;
        if priority > MAX_PRIORITY {
            return Err(PlanError::Priority { line });
        }
        if seen.insert(name.to_string(), line).is_some() {
            return Err(PlanError::Twice {
                line,
                name: name.to_string(),
            });
        }
        tasks.push(Task {
            name: name.to_string(),
            priority,
            duration: duration.parse::<u32>().map_err(|_| wrong())?.into(),
            after: after.iter().map(|name| name.to_string()).collect(), // @feature dependencies
        });
    }
    Ok(tasks)
}

/// Plans the tasks for a number of workers. Whenever a worker is free it takes the ready task with
/// the highest priority; of equal ones that which was given first.
pub fn plan(tasks: &[Task], workers: usize) -> Result<Vec<Step>, PlanError> {
    let waiting = waiting(tasks)?;
    let mut waiting_for: Vec<usize> = waiting.iter().map(Vec::len).collect();
    let mut ready = Heap::new();
    for (at, task) in tasks
        .iter()
        .enumerate()
        .filter(|(at, _)| waiting_for[*at] == 0)
    {
        ready.push((task.priority, Reverse(at)));
    }
    let mut running: Heap<(Reverse<u64>, Reverse<usize>)> = Heap::new();
    let mut steps: Vec<Step> = Vec::new();
    let mut now: u64 = 0;
    loop {
        while running.len() < workers.max(1) {
            let Some((_, Reverse(at))) = ready.pop() else {
                break;
            };
            let end = now + tasks[at].duration;
            running.push((Reverse(end), Reverse(at)));
            steps.push(Step {
                start: now,
                end,
                name: tasks[at].name.clone(),
            });
        }
        let Some((Reverse(end), Reverse(done))) = running.pop() else {
            break;
        };
        now = end;
        for (at, waits) in waiting.iter().enumerate() {
            let count = waits.iter().filter(|&&task| task == done).count();
            if count > 0 {
                waiting_for[at] -= count;
                if waiting_for[at] == 0 {
                    ready.push((tasks[at].priority, Reverse(at)));
                }
            }
        }
    }
    // @feature dependencies
    if steps.len() < tasks.len() {
        let left = tasks
            .iter()
            .zip(&waiting_for)
            .filter(|(_, &count)| count > 0);
        return Err(PlanError::Circle(
            left.map(|(task, _)| task.name.clone()).collect(),
        ));
    }
    // @end
    Ok(steps)
}

/// For each task the places of those it waits for.
fn waiting(tasks: &[Task]) -> Result<Vec<Vec<usize>>, PlanError> {
    // @feature dependencies
    let places: HashMap<&str, usize> = tasks
        .iter()
        .enumerate()
        .map(|(at, task)| (task.name.as_str(), at))
        .collect();
    let place = |task: &Task, wanted: &String| {
        let unknown = || PlanError::Unknown {
            task: task.name.clone(),
            wanted: wanted.clone(),
        };
        places.get(wanted.as_str()).copied().ok_or_else(unknown)
    };
    tasks
        .iter()
        .map(|task| {
            task.after
                .iter()
                .map(|wanted| place(task, wanted))
                .collect()
        })
        .collect()
    // @end
    // @without dependencies
    //| Ok(vec![Vec::new(); tasks.len()])
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str, workers: usize) -> Vec<String> {
        let steps = plan(&parse(text).unwrap(), workers).unwrap();
        steps
            .into_iter()
            .map(|step| format!("{}{}", step.name, step.start))
            .collect()
    }

    #[test]
    fn urgent_tasks_go_first_and_equal_ones_in_order() {
        assert_eq!(
            names("a 1 5\nb 2 5\nc 1 5\nd 2 5", 1),
            ["b0", "d5", "a10", "c15"]
        );
    }

    #[test]
    fn wrong_lines_are_named() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert!(error("a 1 5\nb").starts_with("line 2:"));
        assert!(error("a 1 -5").starts_with("line 1:"));
        assert!(error("a 1 5\n\na 1 5").contains("occurs twice"));
        assert!(error(&format!("a {} 5", MAX_PRIORITY + 1)).contains("priorities"));
    }

    #[test]
    fn nothing_is_planned_for_nothing() {
        assert_eq!(plan(&[], 1), Ok(Vec::new()));
    }

    #[test]
    fn workers_share_the_tasks() {
        assert_eq!(
            names("a 3 4\nb 2 1\nc 1 1\nd 1 9", 2),
            ["a0", "b0", "c1", "d2"]
        );
    }

    #[test]
    fn no_time_is_lost_between_tasks() {
        let steps = plan(&parse("a 1 2\nb 1 3\nc 1 0").unwrap(), 1).unwrap();
        assert!(steps.windows(2).all(|pair| pair[0].end == pair[1].start));
    }

    // @feature dependencies
    #[test]
    fn tasks_wait_for_others() {
        assert_eq!(
            names("eat 3 1 cook\ncook 1 2 buy\nbuy 1 3\nrest 2 1", 1),
            ["rest0", "buy1", "cook4", "eat6"]
        );
        assert_eq!(names("a 1 5\nb 1 1 a\nc 0 1", 2), ["a0", "c0", "b5"]);
    }

    #[test]
    fn circles_and_unknown_tasks_are_reported() {
        let error = |text: &str| plan(&parse(text).unwrap(), 1).unwrap_err();
        assert_eq!(
            error("a 1 1 b\nb 1 1 a\nc 1 1"),
            PlanError::Circle(vec!["a".into(), "b".into()])
        );
        assert!(matches!(error("a 1 1 z"), PlanError::Unknown { .. }));
    }
    // @end
}
