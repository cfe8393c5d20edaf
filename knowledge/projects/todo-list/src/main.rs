use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use todo_list::{Task, TodoError, TodoList};

/// Where the tasks are kept unless `--file` says otherwise.
const DEFAULT_FILE: &str = "todo.txt"; // @slot file

const USAGE: &str = concat!(
    "usage: ",
    env!("CARGO_PKG_NAME"),
    " [--file PATH] COMMAND\n",
    "  add TEXT       adds a task\n",
    "  list           shows the tasks\n",
    "  done NUMBER    marks a task as done\n",
    "  remove NUMBER  removes a task\n",
    "  undo NUMBER    marks a task as open again\n", // @feature undo
    "  clear          removes the finished tasks\n", // @feature clear
    "  find TEXT      shows the tasks that contain TEXT\n", // @feature search
    "A task that ends in ! is listed before the others, !! before it.\n", // @feature priorities
);

enum Failure {
    Usage(String),
    Todo(TodoError),
}

impl From<TodoError> for Failure {
    fn from(error: TodoError) -> Self {
        Failure::Todo(error)
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(Failure::Usage(text)) => {
            eprint!("{text}\n{USAGE}");
            ExitCode::from(2)
        }
        Err(Failure::Todo(error)) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<String, Failure> {
    let (path, args) = match args {
        [option, path, rest @ ..] if option == "--file" => (PathBuf::from(path), rest),
        _ => (PathBuf::from(DEFAULT_FILE), args),
    };
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => return Err(Failure::Usage("no command".to_string())),
    };
    if matches!(command, "-h" | "--help" | "help") {
        return Ok(USAGE.to_string());
    }
    let load = || TodoList::load(&path);
    let answer = match command {
        "list" => return Ok(table(&load()?.numbered(), "nothing to do\n")),
        // @feature search
        "find" => return Ok(table(&load()?.find(&rest.join(" ")), "no such task\n")),
        // @end
        "add" => {
            let mut list = load()?;
            let number = list.add(&rest.join(" "))?;
            list.save(&path)?;
            format!("added as {number}\n")
        }
        // @feature clear
        "clear" => {
            let mut list = load()?;
            let count = list.clear_done();
            list.save(&path)?;
            format!("removed {count}\n")
        }
        // @end
        "done" => {
            let (number, mut list) = (number(rest)?, load()?);
            let answer = format!("{}\n", list.set_done(number, true)?);
            list.save(&path)?;
            answer
        }
        // @feature undo
        "undo" => {
            let (number, mut list) = (number(rest)?, load()?);
            let answer = format!("{}\n", list.set_done(number, false)?);
            list.save(&path)?;
            answer
        }
        // @end
        "remove" => {
            let (number, mut list) = (number(rest)?, load()?);
            let task = list.remove(number)?;
            list.save(&path)?;
            format!("removed {}\n", task.text)
        }
        other => return Err(Failure::Usage(format!("unknown command '{other}'"))),
    };
    Ok(answer)
}

fn number(args: &[String]) -> Result<usize, Failure> {
    match args {
        [text] => text
            .parse()
            .map_err(|_| Failure::Usage(format!("'{text}' is not a task number"))),
        _ => Err(Failure::Usage("give the number of one task".to_string())),
    }
}

fn table(tasks: &[(usize, &Task)], empty: &str) -> String {
    match tasks {
        [] => empty.to_string(),
        _ => tasks
            .iter()
            .map(|(number, task)| format!("{number:>3}. {task}\n"))
            .collect(),
    }
}
