// prints: ring 1
// prints: ring 2
fn call_me(num) {
    for i in 0..num {
        println!("ring {}", i + 1);
    }
}

fn main() {
    call_me(2);
}
