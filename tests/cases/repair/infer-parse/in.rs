pub fn bigger(text: &str) -> bool {
    let n = text.parse().unwrap_or(0);
    n.pow(2) > 100
}
