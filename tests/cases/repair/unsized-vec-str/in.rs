pub fn names() -> Vec<&'static str> {
    vec!["ash", "elm"]
}

pub fn words(text: &str) -> Vec<str> {
    text.split(' ').collect()
}
