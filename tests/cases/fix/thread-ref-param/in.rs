// prints: a
// prints: b
// prints: 2
use std::thread;

fn print_all(names: &Vec<String>) {
    let h = thread::spawn(move || {
        for n in names {
            println!("{}", n);
        }
    });
    h.join().unwrap();
}

fn main() {
    let names = vec!["a".to_string(), "b".to_string()];
    print_all(&names);
    println!("{}", names.len());
}
