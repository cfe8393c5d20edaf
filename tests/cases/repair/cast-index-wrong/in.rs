const NAMES: [&str; 3] = ["zero", "one", "two"];

pub fn spell(small: u64) -> String {
    if small < 3 {
        NAMES[small as i32].to_string()
    } else {
        small.to_string()
    }
}
