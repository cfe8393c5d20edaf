pub fn names() -> Vec<str> {
    vec!["ash", "elm"]
}

pub fn words(text: &str) -> Vec<&str> {
    text.split(' ').collect()
}
