//! Access logs of web servers in the common format.

use std::collections::BTreeMap;

/// How many lines each list has.
pub const TOP: usize = 5; // @slot top

/// One request. Texts are parts of the line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request<'a> {
    pub client: &'a str,
    pub time: &'a str,
    pub method: &'a str,
    pub path: &'a str,
    pub status: u16,
    pub bytes: u64,
}

impl<'a> Request<'a> {
    /// Reads `CLIENT - USER [TIME] "METHOD PATH PROTOCOL" STATUS BYTES`; what follows is ignored.
    pub fn parse(line: &'a str) -> Option<Self> {
        let (client, rest) = line.trim().split_once(' ')?;
        let (_, rest) = rest.split_once('[')?;
        let (time, rest) = rest.split_once(']')?;
        let (_, rest) = rest.split_once('"')?;
        let (request, rest) = split_quoted(rest)?;
        let mut words = request.split(' ');
        let (method, path) = (words.next()?, words.next()?);
        let mut numbers = rest.split_whitespace();
        let status = numbers
            .next()?
            .parse()
            .ok()
            .filter(|s| (100..600).contains(s))?;
        let bytes = match numbers.next()? {
            "-" => 0,
            digits => digits.parse().ok()?,
        };
        Some(Request {
            client,
            time,
            method,
            path,
            status,
            bytes,
        })
    }

    /// The path without the question behind it.
    pub fn page(&self) -> &'a str {
        self.path.split('?').next().unwrap_or(self.path)
    }

    pub fn failed(&self) -> bool {
        self.status >= 400
    }

    // @feature hours
    /// The hour in a time such as `10/Oct/2024:13:55:36 +0000`.
    pub fn hour(&self) -> Option<u8> {
        self.time
            .split(':')
            .nth(1)?
            .parse()
            .ok()
            .filter(|hour| *hour < 24)
    }
    // @end
}

/// The text before the next quote that has no backslash before it, and what follows the quote.
fn split_quoted(text: &str) -> Option<(&str, &str)> {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return Some((&text[..at], &text[at + 1..])),
            _ => escaped = c == '\\' && !escaped,
        }
    }
    None
}

/// What was counted.
#[derive(Debug, Default)]
pub struct Report {
    pub requests: u64,
    pub bytes: u64,
    pub malformed: u64,
    pub statuses: BTreeMap<u16, u64>,
    clients: BTreeMap<String, u64>, // @feature clients
    paths: BTreeMap<String, u64>,   // @feature paths
    hours: BTreeMap<u8, u64>,       // @feature hours
    errors_only: bool,              // @feature errors
}

impl Report {
    pub fn new() -> Self {
        Self::default()
    }

    // @feature errors
    /// A report that looks only at requests that failed.
    pub fn of_errors() -> Self {
        Report {
            errors_only: true,
            ..Self::default()
        }
    }
    // @end

    /// Counts a line of a log; blank ones are skipped.
    pub fn add_line(&mut self, line: &str) {
        match Request::parse(line) {
            Some(request) => self.add(&request),
            None if line.trim().is_empty() => {}
            None => self.malformed += 1,
        }
    }

    pub fn add(&mut self, request: &Request) {
        // @feature errors
        if self.errors_only && !request.failed() {
            return;
        }
        // @end
        self.requests += 1;
        self.bytes = self.bytes.saturating_add(request.bytes);
        *self.statuses.entry(request.status).or_insert(0) += 1;
        count(&mut self.clients, request.client); // @feature clients
        count(&mut self.paths, request.page()); // @feature paths
                                                // @feature hours
        if let Some(hour) = request.hour() {
            *self.hours.entry(hour).or_insert(0) += 1;
        }
        // @end
    }

    // @feature clients
    pub fn clients_text(&self) -> String {
        list("client", &self.top_clients(TOP))
    }

    pub fn top_clients(&self, limit: usize) -> Vec<(&str, u64)> {
        top(&self.clients, limit)
    }
    // @end

    // @feature paths
    pub fn paths_text(&self) -> String {
        list("path", &self.top_paths(TOP))
    }

    pub fn top_paths(&self, limit: usize) -> Vec<(&str, u64)> {
        top(&self.paths, limit)
    }
    // @end

    // @feature hours
    /// A line for each hour with requests.
    pub fn hours_text(&self) -> String {
        self.hours
            .iter()
            .map(|(hour, count)| format!("hour {hour:02}: {count}\n"))
            .collect()
    }
    // @end

    /// The totals and the statuses.
    pub fn summary(&self) -> String {
        let statuses: String = self
            .statuses
            .iter()
            .map(|(code, count)| format!("status {code}: {count}\n"))
            .collect();
        format!(
            "requests {}\nbytes {}\nmalformed lines {}\n{statuses}",
            self.requests, self.bytes, self.malformed
        )
    }
}

/// A line for each entry of a list.
pub fn list(name: &str, entries: &[(&str, u64)]) -> String {
    entries
        .iter()
        .map(|(text, count)| format!("{name} {text}: {count}\n"))
        .collect()
}

/// Counts one more of a text.
pub fn count(counts: &mut BTreeMap<String, u64>, text: &str) {
    match counts.get_mut(text) {
        Some(count) => *count += 1,
        None => {
            counts.insert(text.to_string(), 1);
        }
    }
}

/// The most frequent texts; equally frequent ones in alphabetical order.
pub fn top(counts: &BTreeMap<String, u64>, limit: usize) -> Vec<(&str, u64)> {
    let mut list: Vec<_> = counts
        .iter()
        .map(|(text, &count)| (text.as_str(), count))
        .collect();
    list.sort_by_key(|(_, count)| std::cmp::Reverse(*count)); // stable, so the order stays
    list.truncate(limit);
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: [&str; 4] = [
        "10.0.0.1 - - [10/Oct/2024:13:55:36 +0000] \"GET /a?x=1 HTTP/1.1\" 200 120 \"-\" \"Agent\"",
        "10.0.0.2 - bob [10/Oct/2024:14:00:00 +0000] \"GET /a HTTP/1.1\" 404 -",
        "10.0.0.1 - - [10/Oct/2024:14:01:00 +0000] \"POST /b HTTP/1.1\" 500 30",
        "10.0.0.1 - - [10/Oct/2024:14:02:00 +0000] \"GET /q\\\"x HTTP/1.1\" 200 50",
    ];

    fn filled(mut report: Report) -> Report {
        LINES.iter().for_each(|line| report.add_line(line));
        report
    }

    #[test]
    fn lines_are_taken_apart() {
        let request = Request::parse(LINES[0]).unwrap();
        assert_eq!(
            (request.client, request.method, request.path),
            ("10.0.0.1", "GET", "/a?x=1")
        );
        assert_eq!(
            (request.status, request.bytes, request.page()),
            (200, 120, "/a")
        );
    }

    #[test]
    fn quotes_inside_the_request_do_not_end_it() {
        assert_eq!(Request::parse(LINES[3]).unwrap().path, "/q\\\"x");
    }

    #[test]
    fn totals_are_counted() {
        let report = filled(Report::new());
        assert_eq!(
            (report.requests, report.bytes, report.malformed),
            (4, 200, 0)
        );
        assert_eq!(
            report.statuses,
            BTreeMap::from([(200, 2), (404, 1), (500, 1)])
        );
    }

    #[test]
    fn malformed_lines_are_counted_and_blank_ones_are_not() {
        let mut report = Report::new();
        let bad = [
            "",
            "x",
            "a - - [t] \"GET /\" 200",
            "a - - [t] \"GET /\" 99 1",
            "a [ \" ] 1 2",
        ];
        bad.iter().for_each(|line| report.add_line(line));
        assert_eq!((report.requests, report.malformed), (0, 4));
    }

    #[test]
    fn lists_are_ordered_and_limited() {
        let mut counts = BTreeMap::new();
        ["b", "a", "c", "c"]
            .iter()
            .for_each(|text| count(&mut counts, text));
        assert_eq!(top(&counts, 2), [("c", 2), ("a", 1)]);
    }

    // @feature clients
    #[test]
    fn clients_are_listed() {
        let report = filled(Report::new());
        assert_eq!(report.top_clients(9), [("10.0.0.1", 3), ("10.0.0.2", 1)]);
    }
    // @end

    // @feature paths
    #[test]
    fn questions_do_not_make_another_page() {
        assert_eq!(filled(Report::new()).top_paths(1), [("/a", 2)]);
    }
    // @end

    // @feature errors
    #[test]
    fn errors_can_be_looked_at_alone() {
        let report = filled(Report::of_errors());
        assert_eq!((report.requests, report.bytes), (2, 30));
    }
    // @end

    // @feature hours
    #[test]
    fn hours_are_counted() {
        assert_eq!(
            filled(Report::new()).hours_text(),
            "hour 13: 1\nhour 14: 3\n"
        );
    }
    // @end
}
