async fn get() -> i32 { 1 }
fn run() -> i32 { get().await }
fn main() { let _ = run; println!("x"); }
