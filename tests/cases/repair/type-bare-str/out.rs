pub fn days(weekend: bool) -> Vec<&'static str> {
    if weekend { vec!["Saturday", "Sunday"] } else { vec!["Monday"] }
}
