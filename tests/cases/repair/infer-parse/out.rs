pub fn bigger(text: &str) -> bool {
    let n: i32 = text.parse().unwrap_or(0);
    n.pow(2) > 100
}
