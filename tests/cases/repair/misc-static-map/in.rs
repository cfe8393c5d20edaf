use std::collections::HashMap;
use std::sync::Mutex;
static CACHE: Mutex<HashMap<u32, u32>> = Mutex::new(HashMap::new());
fn main() { CACHE.lock().unwrap().insert(1, 2); println!("{}", CACHE.lock().unwrap().len()); }
