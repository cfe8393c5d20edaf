// prints: Ada works as engineer
// prints: Worker { name: "Ada", job: "engineer" }
#[derive(Debug)]
struct Worker {
    name: String,
    job: String,
}

fn main() {
    let worker = Worker { name: "Ada".to_string(), job: "engineer".to_string() };
    let name = worker.name;
    println!("{} works as {}", name, worker.job);
    println!("{:?}", worker);
}
