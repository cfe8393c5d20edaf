pub fn label(full: bool) -> String {
    let prefix: &str = "box";
    let ratio: f64 = 0.75;
    if full {
        format!("{prefix} {ratio}")
    } else {
        prefix.to_string()
    }
}
