pub struct Counter {
    hits: u32,
    names: Vec<String>,
}

impl Counter {
    pub fn new(names: Vec<String>) -> Counter {
        Counter { hits: 0, names }
    }

    pub fn record(&mut self, name: &str) {
        self.hits += 1;
        self.names.push(name.to_string());
    }

    pub fn longest(&self) -> Option<usize> {
        let lengths: Vec<usize> = self.names.iter().map(|n| n.len()).collect();
        let best = lengths.iter().max()?;
        Some(*best)
    }

    pub fn report(&self) -> String {
        let hits = self.hits.to_string();
        format!("{}/{}", hits, self.count())
    }

    fn count(&self) -> usize {
        self.names.len()
    }
}
