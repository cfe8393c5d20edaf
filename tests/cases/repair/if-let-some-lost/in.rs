use std::collections::HashMap;

pub fn price(table: &HashMap<String, u32>, name: &str) -> u32 {
    if let (found) = table.get(name) {
        found + 1
    } else {
        0
    }
}
