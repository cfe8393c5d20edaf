//! Regular expressions that are matched in time proportional to text and pattern.
//!
//! A pattern is compiled into instructions of a small machine. All ways to match are followed at
//! the same time, one character after the other, so that no pattern takes exponential time.

use std::fmt;

/// Instructions a pattern may become.
pub const MAX_PROGRAM: usize = 10000; // @slot max_program

/// The deepest nesting of groups.
const MAX_DEPTH: usize = 200;

/// What is wrong with a pattern, and at which character of it, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternError {
    pub at: usize,
    pub reason: String,
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "pattern, character {}: {}", self.at, self.reason)
    }
}

impl std::error::Error for PatternError {}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Empty,
    Any,
    Start,
    End,
    Boundary, // @feature boundaries
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Sequence(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: usize,
        most: Option<usize>,
    },
}

#[derive(Debug, Clone)]
enum Step {
    Any,
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    Start,
    End,
    Boundary, // @feature boundaries
    Jump(usize),
    Split(usize, usize),
    Match,
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Regex {
    steps: Vec<Step>,
    ignore_case: bool, // @feature ignore_case
}

impl Regex {
    pub fn new(pattern: &str) -> Result<Self, PatternError> {
        let mut parser = Parser {
            chars: pattern.chars().collect(),
            at: 0,
            depth: 0,
        };
        let node = parser.either()?;
        if parser.at < parser.chars.len() {
            return Err(parser.error("there is no group to close"));
        }
        let mut steps = Vec::new();
        emit(&node, &mut steps).map_err(|reason| PatternError { at: 1, reason })?;
        steps.push(Step::Match);
        Ok(Regex {
            steps,
            ignore_case: false, // @feature ignore_case
        })
    }

    // @feature ignore_case
    /// Makes no difference between upper and lower case.
    pub fn ignoring_case(mut self) -> Self {
        self.ignore_case = true;
        self
    }
    // @end

    pub fn is_match(&self, text: &str) -> bool {
        self.find(text).is_some()
    }

    /// The first place that matches, as long as possible: from and to, in bytes.
    pub fn find(&self, text: &str) -> Option<(usize, usize)> {
        self.find_from(text, 0)
    }

    // @feature only_matching
    /// All places that match and do not overlap.
    pub fn find_all<'a>(&self, text: &'a str) -> Vec<&'a str> {
        let mut found = Vec::new();
        let mut from = 0;
        while let Some((start, end)) = self.find_from(text, from) {
            found.push(&text[start..end]);
            // After an empty match the search goes on one character later.
            let step = text[end..].chars().next().map_or(1, char::len_utf8);
            from = if end > start { end } else { end + step };
            if from > text.len() {
                break;
            }
        }
        found
    }
    // @end

    fn find_from(&self, text: &str, from: usize) -> Option<(usize, usize)> {
        // For every step the earliest start of a thread that waits there.
        let mut threads: Vec<Option<usize>> = vec![None; self.steps.len()];
        let mut best: Option<(usize, usize)> = None;
        let ends = text[from..]
            .char_indices()
            .map(|(at, c)| (from + at, Some(c)));
        for (at, next) in ends.chain([(text.len(), None)]) {
            let mut seen = vec![None; self.steps.len()];
            for (step, start) in threads.iter().enumerate() {
                if let Some(start) = start {
                    self.follow(step, *start, text, at, &mut seen);
                }
            }
            if best.is_none() {
                self.follow(0, at, text, at, &mut seen);
            }
            threads.fill(None);
            for (step, start) in seen.iter().enumerate() {
                let Some(start) = *start else { continue };
                if best.is_some_and(|(first, _)| start > first) {
                    continue;
                }
                match (&self.steps[step], next) {
                    (Step::Match, _) => best = Some((start, at)),
                    (Step::Any | Step::Set { .. }, Some(c)) if self.accepts(step, c) => {
                        threads[step + 1] = earlier(threads[step + 1], start);
                    }
                    _ => {}
                }
            }
            if best.is_some() && threads.iter().all(Option::is_none) {
                break;
            }
        }
        best
    }

    /// Notes every step that is reached from `step` without reading a character.
    fn follow(&self, step: usize, start: usize, text: &str, at: usize, seen: &mut [Option<usize>]) {
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            if seen[step].is_some_and(|known| known <= start) {
                continue;
            }
            seen[step] = Some(start);
            match self.steps[step] {
                Step::Jump(to) => open.push(to),
                Step::Split(one, other) => open.extend([one, other]),
                Step::Start if at == 0 => open.push(step + 1),
                Step::End if at == text.len() => open.push(step + 1),
                // @feature boundaries
                Step::Boundary if is_boundary(text, at) => open.push(step + 1),
                // @end
                _ => {}
            }
        }
    }

    fn accepts(&self, step: usize, c: char) -> bool {
        match &self.steps[step] {
            Step::Any => true,
            Step::Set { negated, ranges } => {
                let inside = |c: char| ranges.iter().any(|(from, to)| (*from..=*to).contains(&c));
                let found = inside(c);
                // @feature ignore_case
                let swapped = || c.to_lowercase().chain(c.to_uppercase()).any(inside);
                let found = found || (self.ignore_case && swapped());
                // @end
                found != *negated
            }
            _ => false,
        }
    }
}

fn earlier(known: Option<usize>, start: usize) -> Option<usize> {
    Some(known.map_or(start, |known| known.min(start)))
}

// @feature boundaries
fn is_boundary(text: &str, at: usize) -> bool {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    word(text[..at].chars().next_back()) != word(text[at..].chars().next())
}
// @end

/// Appends the instructions of a node.
fn emit(node: &Node, steps: &mut Vec<Step>) -> Result<(), String> {
    if steps.len() >= MAX_PROGRAM {
        return Err(format!("it needs more than {MAX_PROGRAM} instructions"));
    }
    match node {
        Node::Empty => {}
        Node::Any => steps.push(Step::Any),
        Node::Start => steps.push(Step::Start),
        Node::End => steps.push(Step::End),
        // @feature boundaries
        Node::Boundary => steps.push(Step::Boundary),
        // @end
        Node::Set { negated, ranges } => {
            steps.push(Step::Set {
                negated: *negated,
                ranges: ranges.clone(),
            });
        }
        Node::Sequence(nodes) => nodes.iter().try_for_each(|node| emit(node, steps))?,
        Node::Either(nodes) => {
            let mut jumps = Vec::new();
            for (index, node) in nodes.iter().enumerate() {
                let split = steps.len();
                let last = index + 1 == nodes.len();
                steps.extend((!last).then_some(Step::Split(split + 1, 0)));
                emit(node, steps)?;
                if !last {
                    jumps.push(steps.len());
                    steps.push(Step::Jump(0));
                    steps[split] = Step::Split(split + 1, steps.len());
                }
            }
            let end = steps.len();
            jumps
                .into_iter()
                .for_each(|jump| steps[jump] = Step::Jump(end));
        }
        Node::Repeat { node, least, most } => {
            for _ in 0..*least {
                emit(node, steps)?;
            }
            for _ in 0..most.map_or(1, |most| most - least) {
                let split = steps.len();
                steps.push(Step::Split(split + 1, 0));
                emit(node, steps)?;
                steps.extend(most.is_none().then_some(Step::Jump(split)));
                steps[split] = Step::Split(split + 1, steps.len());
            }
        }
    }
    Ok(())
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn error(&self, reason: &str) -> PatternError {
        PatternError {
            at: self.at + 1,
            reason: reason.to_string(),
        }
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn either(&mut self) -> Result<Node, PatternError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error("groups are nested too deeply"));
        }
        let mut nodes = vec![self.sequence()?];
        while self.take('|') {
            nodes.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(Node::Either(nodes))
    }

    fn sequence(&mut self) -> Result<Node, PatternError> {
        let mut nodes = Vec::new();
        while let Some(c) = self.peek().filter(|c| !"|)".contains(*c)) {
            let from = self.at;
            let node = self.atom(c)?;
            let (least, most) = match self.peek() {
                Some('*') => (0, None),
                Some('+') => (1, None),
                Some('?') => (0, Some(1)),
                // @feature counts
                Some('{') => self.counts()?,
                // @end
                _ => {
                    nodes.push(node);
                    continue;
                }
            };
            self.at += 1;
            if matches!(node, Node::Start | Node::End) || self.at - from < 2 {
                return Err(self.error("there is nothing to repeat"));
            }
            nodes.push(Node::Repeat {
                node: Box::new(node),
                least,
                most,
            });
        }
        if nodes.is_empty() {
            return Ok(Node::Empty);
        }
        Ok(Node::Sequence(nodes))
    }

    // @feature counts
    /// Reads `{2}`, `{2,}` or `{2,5}` up to the closing brace.
    fn counts(&mut self) -> Result<(usize, Option<usize>), PatternError> {
        let rest: String = self.chars[self.at + 1..]
            .iter()
            .take_while(|c| **c != '}')
            .collect();
        let number = |text: &str| text.parse::<usize>().ok().filter(|count| *count <= 1000);
        let (least, most) = rest.split_once(',').unwrap_or((&rest, &rest));
        let least = number(least).ok_or_else(|| self.error("a count is not from 0 to 1000"))?;
        let most = match most {
            "" => None,
            _ => Some(number(most).filter(|most| *most >= least)),
        };
        let end = self.at + 1 + rest.chars().count();
        if most == Some(None) || self.chars.get(end) != Some(&'}') {
            return Err(self.error("counts look like {2}, {2,} or {2,5}"));
        }
        self.at = end;
        Ok((least, most.flatten()))
    }
    // @end

    fn atom(&mut self, c: char) -> Result<Node, PatternError> {
        self.at += 1;
        Ok(match c {
            '.' => Node::Any,
            '^' => Node::Start,
            '$' => Node::End,
            '(' => {
                let node = self.either()?;
                if !self.take(')') {
                    return Err(self.error("a group is not closed"));
                }
                node
            }
            '[' => self.set()?,
            '*' | '+' | '?' => {
                self.at -= 1;
                return Err(self.error("there is nothing to repeat"));
            }
            '\\' => self.escape()?,
            _ => Node::Set {
                negated: false,
                ranges: vec![(c, c)],
            },
        })
    }

    fn escape(&mut self) -> Result<Node, PatternError> {
        let c = self
            .peek()
            .ok_or_else(|| self.error("nothing follows the backslash"))?;
        self.at += 1;
        // @feature boundaries
        if c == 'b' {
            return Ok(Node::Boundary);
        }
        // @end
        let ranges = match c.to_ascii_lowercase() {
            'd' => vec![('0', '9')],
            'w' => vec![('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
            's' => vec![(' ', ' '), ('\t', '\r')],
            _ if c == 'n' => vec![('\n', '\n')],
            _ if c == 't' => vec![('\t', '\t')],
            _ if c.is_alphanumeric() => return Err(self.error("this escape has no meaning")),
            _ => vec![(c, c)],
        };
        Ok(Node::Set {
            negated: "DWS".contains(c),
            ranges,
        })
    }

    /// Reads `[a-z]` or `[^a-z]` behind the bracket.
    fn set(&mut self) -> Result<Node, PatternError> {
        let negated = self.take('^');
        let mut ranges = Vec::new();
        loop {
            let unclosed = |parser: &Self| parser.error("a set is not closed");
            let c = self.peek().ok_or_else(|| unclosed(self))?;
            self.at += 1;
            if c == ']' && !ranges.is_empty() {
                return Ok(Node::Set { negated, ranges });
            }
            if c == '\\' {
                match self.escape()? {
                    Node::Set {
                        negated: false,
                        ranges: more,
                    } => ranges.extend(more),
                    _ => return Err(self.error("this escape has no meaning in a set")),
                }
                continue;
            }
            let range = self.peek() == Some('-') && self.chars.get(self.at + 1) != Some(&']');
            self.at += usize::from(range);
            let to = if range {
                self.peek().ok_or_else(|| unclosed(self))?
            } else {
                c
            };
            self.at += usize::from(range);
            if to < c {
                return Err(self.error("a range ends before it begins"));
            }
            ranges.push((c, to));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'a>(pattern: &str, text: &'a str) -> Option<&'a str> {
        Regex::new(pattern)
            .unwrap()
            .find(text)
            .map(|(from, to)| &text[from..to])
    }

    #[test]
    fn the_first_and_longest_place_is_found() {
        for (pattern, text, expected) in [
            ("b+", "abbbabbbb", Some("bbb")),
            ("a|ab|abc", "xabcd", Some("abc")),
            ("(ab)*c", "ababc", Some("ababc")),
            ("colou?r", "my color", Some("color")),
            ("x*", "aaa", Some("")),
            (".", "é", Some("é")),
            ("", "abc", Some("")),
            ("(a|b)*$", "cabab", Some("abab")),
            ("z", "abc", None),
        ] {
            assert_eq!(found(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn sets_and_escapes_match_characters() {
        assert_eq!(found("[a-c]+", "xxbcaz"), Some("bca"));
        assert_eq!(found("[^0-9 ]+", "12 ab 3"), Some("ab"));
        assert_eq!(found(r"\d+\.\d", "v 10.25"), Some("10.2"));
        assert_eq!(found("[]a-]+", "x]-a"), Some("]-a"));
        assert_eq!(found(r"[\d_]+\s\W", "a4_ !"), Some("4_ !"));
    }

    #[test]
    fn anchors_hold_the_ends() {
        assert_eq!(found("^a", "ba"), None);
        assert_eq!(found("a$", "ab"), None);
        assert_eq!(found("^$", ""), Some(""));
    }

    #[test]
    fn wrong_patterns_are_explained() {
        for (pattern, part) in [
            ("a)", "character 2: there is no group to close"),
            ("(a", "a group is not closed"),
            ("*a", "character 1: there is nothing to repeat"),
            ("[z-a]", "a range ends before it begins"),
            ("[a", "a set is not closed"),
            ("a\\", "nothing follows the backslash"),
            (r"\q", "this escape has no meaning"),
        ] {
            let message = Regex::new(pattern).unwrap_err().to_string();
            assert!(message.contains(part), "{pattern}: {message}");
        }
        assert!(Regex::new(&"(".repeat(100_000)).is_err());
    }

    #[test]
    fn hard_patterns_take_no_exponential_time() {
        let pattern = format!("{}{}", "a?".repeat(50), "a".repeat(50));
        assert!(Regex::new(&pattern).unwrap().is_match(&"a".repeat(50)));
        assert_eq!(found("(a*)*b", &"a".repeat(500)), None);
    }

    // @feature counts
    #[test]
    fn counts_repeat() {
        assert_eq!(found("a{2}", "aaa"), Some("aa"));
        assert_eq!(found("a{2,}", "baaaa"), Some("aaaa"));
        assert_eq!(found("(ab){1,2}", "ababab"), Some("abab"));
        for wrong in ["a{2", "a{x}", "a{3,2}", "a{1001}"] {
            assert!(Regex::new(wrong).is_err(), "{wrong}");
        }
    }
    // @end

    // @feature boundaries
    #[test]
    fn words_have_boundaries() {
        assert_eq!(found(r"\bcat\b", "concat"), None);
        assert_eq!(found(r"\bcat\b", "a cat."), Some("cat"));
    }
    // @end

    // @feature ignore_case
    #[test]
    fn case_can_be_ignored() {
        let regex = Regex::new("[a-f]+É").unwrap().ignoring_case();
        assert_eq!(regex.find("xAbCé"), Some((1, 6)));
    }
    // @end

    // @feature only_matching
    #[test]
    fn all_places_are_found() {
        assert_eq!(
            Regex::new(r"\d+").unwrap().find_all("1 and 22"),
            ["1", "22"]
        );
        assert_eq!(Regex::new("a*").unwrap().find_all("baé"), ["", "a", "", ""]);
    }
    // @end
}
