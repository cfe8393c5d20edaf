pub struct Log {
    lines: Vec<String>,
}

impl Log {
    pub fn note(&mut self, text: &str) -> usize {
        self.lines.push(text.to_string());
        self.lines.len()
    }
}
