pub fn days(weekend: bool) -> Vec<str> {
    if weekend { vec!["Saturday", "Sunday"] } else { vec!["Monday"] }
}
