// prints: 0:task 0, 1:task 1, 2:task 2, 3:task 3, 4:task 4, 5:task 5
// prints: 1:task 1, 3:task 3, 5:task 5
#[derive(Debug, Clone)]
struct Task {
    id: u32,
    title: String,
    done: bool,
}

fn load() -> Vec<Task> {
    let mut tasks = Vec::new();
    for i in 0..6 {
        tasks.push(Task { id: i, title: format!("task {}", i), done: i % 2 == 0 });
    }
    tasks
}

fn describe(tasks: &[Task]) -> String {
    tasks.iter().map(|t| format!("{}:{}", t.id, t.title)).collect::<Vec<_>>().join(", ")
}

fn purge(tasks: &mut Vec<Task>) {
    for (i, task) in tasks.iter().enumerate() {
        if task.done {
            tasks.remove(i);
        }
    }
}

fn main() {
    let mut tasks = load();
    println!("{}", describe(&tasks));
    purge(&mut tasks);
    println!("{}", describe(&tasks));
}
