const NAMES: [&str; 3] = ["zero", "one", "two"];

pub fn spell(small: u64) -> String {
    if small < 3 {
        NAMES[small as usize].to_string()
    } else {
        small.to_string()
    }
}
