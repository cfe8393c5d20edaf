pub fn tidy(s: &str) -> String {
    s.chars().filter(|c| !c.is_ascii_digit()).collect().to_uppercase()
}
