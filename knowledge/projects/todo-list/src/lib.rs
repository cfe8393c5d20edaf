//! A list of tasks and the text file that holds it: one task per line, `[ ] text` or `[x] text`.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub text: String,
    pub done: bool,
}

// @feature priorities
impl Task {
    /// How urgent the task is: the number of `!` at its end.
    pub fn priority(&self) -> usize {
        self.text.chars().rev().take_while(|&c| c == '!').count()
    }
}
// @end

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "[{}] {}", if self.done { 'x' } else { ' ' }, self.text)
    }
}

#[derive(Debug)]
pub enum TodoError {
    EmptyText,
    NoSuchTask { number: usize, count: usize },
    BadLine { line: usize, text: String },
    File { path: String, error: io::Error },
}

impl fmt::Display for TodoError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            TodoError::EmptyText => write!(f, "a task needs a text"),
            TodoError::NoSuchTask { number, count: 0 } => {
                write!(f, "there is no task {number}: the list is empty")
            }
            TodoError::NoSuchTask { number, count } => {
                write!(f, "there is no task {number}: they go from 1 to {count}")
            }
            TodoError::BadLine { line, text } => {
                write!(f, "line {line} of the file is not a task: '{text}'")
            }
            TodoError::File { path, error } => write!(f, "{path}: {error}"),
        }
    }
}

impl std::error::Error for TodoError {}

/// The tasks in the order they were added. Numbers shown to the user count from 1.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct TodoList {
    tasks: Vec<Task>,
}

impl TodoList {
    /// Reads the form that `to_text` writes; blank lines are skipped.
    pub fn parse(text: &str) -> Result<Self, TodoError> {
        let mut tasks = Vec::new();
        for (at, line) in text
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim().is_empty())
        {
            let (done, rest) = match (line.strip_prefix("[ ] "), line.strip_prefix("[x] ")) {
                (Some(rest), _) => (false, rest),
                (_, Some(rest)) => (true, rest),
                _ => {
                    return Err(TodoError::BadLine {
                        line: at + 1,
                        text: line.to_string(),
                    })
                }
            };
            tasks.push(Task {
                text: rest.to_string(),
                done,
            });
        }
        Ok(TodoList { tasks })
    }

    pub fn to_text(&self) -> String {
        self.tasks.iter().map(|task| format!("{task}\n")).collect()
    }

    /// The list in a file; a file that does not exist yet is an empty list.
    pub fn load(path: &Path) -> Result<Self, TodoError> {
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(file_error(path, error)),
        }
    }

    /// Writes a new file beside the old one and puts it in its place.
    pub fn save(&self, path: &Path) -> Result<(), TodoError> {
        let mut name = path.as_os_str().to_owned();
        name.push(".new");
        let fresh = Path::new(&name);
        fs::write(fresh, self.to_text())
            .and_then(|()| fs::rename(fresh, path))
            .map_err(|error| file_error(path, error))
    }

    /// Adds a task and returns its number.
    pub fn add(&mut self, text: &str) -> Result<usize, TodoError> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            return Err(TodoError::EmptyText);
        }
        self.tasks.push(Task { text, done: false });
        Ok(self.tasks.len())
    }

    /// Marks a task as done or open and returns it.
    pub fn set_done(&mut self, number: usize, done: bool) -> Result<&Task, TodoError> {
        let index = self.index(number)?;
        self.tasks[index].done = done;
        Ok(&self.tasks[index])
    }

    /// Takes a task off the list.
    pub fn remove(&mut self, number: usize) -> Result<Task, TodoError> {
        let index = self.index(number)?;
        Ok(self.tasks.remove(index))
    }

    // @feature clear
    /// Takes all finished tasks off the list and returns how many they were.
    pub fn clear_done(&mut self) -> usize {
        let before = self.tasks.len();
        self.tasks.retain(|task| !task.done);
        before - self.tasks.len()
    }
    // @end

    /// The tasks with their numbers, in the order in which they should be read.
    pub fn numbered(&self) -> Vec<(usize, &Task)> {
        // @feature priorities
        let mut tasks: Vec<_> = (1..).zip(&self.tasks).collect();
        tasks.sort_by_key(|(_, task)| (task.done, usize::MAX - task.priority()));
        tasks
        // @end
        // @without priorities
        //| (1..).zip(&self.tasks).collect()
        // @end
    }

    // @feature search
    /// The numbered tasks whose text contains `wanted`, in any case.
    pub fn find(&self, wanted: &str) -> Vec<(usize, &Task)> {
        let wanted = wanted.to_lowercase();
        let mut found = self.numbered();
        found.retain(|(_, task)| task.text.to_lowercase().contains(&wanted));
        found
    }
    // @end

    fn index(&self, number: usize) -> Result<usize, TodoError> {
        let count = self.tasks.len();
        match number {
            0 => Err(TodoError::NoSuchTask { number, count }),
            n if n > count => Err(TodoError::NoSuchTask { number, count }),
            n => Ok(n - 1),
        }
    }
}

fn file_error(path: &Path, error: io::Error) -> TodoError {
    TodoError::File {
        path: path.display().to_string(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TodoList {
        TodoList::parse("[ ] water the plants\n[x] buy milk\n\n[ ] pay rent!!\n").unwrap()
    }

    #[test]
    fn text_survives_reading_and_writing() {
        let list = sample();
        assert_eq!(TodoList::parse(&list.to_text()).unwrap(), list);
    }

    #[test]
    fn added_tasks_are_open_and_on_one_line() {
        let mut list = TodoList::default();
        assert_eq!(list.add("  call\nanna ").unwrap(), 1);
        assert_eq!(list.to_text(), "[ ] call anna\n");
        assert!(matches!(list.add("  "), Err(TodoError::EmptyText)));
    }

    #[test]
    fn tasks_are_marked_by_number() {
        let mut list = sample();
        assert!(list.set_done(1, true).unwrap().done);
        assert!(!list.set_done(2, false).unwrap().done);
    }

    #[test]
    fn numbers_outside_the_list_are_refused() {
        let mut list = sample();
        for number in [0, 4, usize::MAX] {
            assert!(matches!(
                list.remove(number),
                Err(TodoError::NoSuchTask { .. })
            ));
        }
    }

    #[test]
    fn removing_moves_the_later_tasks_up() {
        let mut list = sample();
        assert_eq!(list.remove(1).unwrap().text, "water the plants");
        assert!(list.set_done(1, false).unwrap().text.contains("milk"));
    }

    #[test]
    fn a_damaged_file_is_refused_with_its_line() {
        let error = TodoList::parse("[ ] fine\nbroken\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 2 of the file is not a task: 'broken'"
        );
    }

    #[test]
    fn the_file_keeps_the_list() {
        let path = std::env::temp_dir().join(format!("tasks-{}.txt", std::process::id()));
        let list = sample();
        list.save(&path).unwrap();
        assert_eq!(TodoList::load(&path).unwrap(), list);
        fs::remove_file(&path).unwrap();
        assert_eq!(TodoList::load(&path).unwrap(), TodoList::default());
    }

    // @feature clear
    #[test]
    fn clearing_leaves_the_open_tasks() {
        let mut list = sample();
        assert_eq!(list.clear_done(), 1);
        assert_eq!(list.numbered().len(), 2);
    }
    // @end

    // @feature priorities
    #[test]
    fn urgent_tasks_come_first_and_keep_their_number() {
        let list = sample();
        let numbers: Vec<_> = list.numbered().iter().map(|(number, _)| *number).collect();
        assert_eq!(numbers, [3, 1, 2]);
    }
    // @end

    // @feature search
    #[test]
    fn finds_in_any_case() {
        let list = sample();
        assert_eq!(list.find("MILK").len(), 1);
        assert!(list.find("bread").is_empty());
    }
    // @end
}
