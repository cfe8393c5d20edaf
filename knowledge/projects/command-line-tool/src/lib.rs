//! Counting lines, words and bytes.

use std::io::{self, BufRead};

/// Width of the columns in a report.
pub const WIDTH: usize = 8; // @slot width

/// What was counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Counts {
    pub lines: u64,
    pub words: u64,
    pub bytes: u64,
    pub longest: u64, // @feature longest
}

impl Counts {
    /// Counts all that a reader has. Words are separated by ASCII white space; a last line
    /// without a line break counts as one.
    pub fn read(mut reader: impl BufRead) -> io::Result<Self> {
        let mut counts = Counts::default();
        let mut in_word = false;
        let mut line_length = 0;
        loop {
            let chunk = match reader.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            if chunk.is_empty() {
                break;
            }
            for &byte in chunk {
                let space = byte.is_ascii_whitespace();
                counts.words += u64::from(!space && !in_word);
                in_word = !space;
                if byte == b'\n' {
                    counts.lines += 1;
                    line_length = 0;
                } else {
                    line_length += 1;
                    counts.longest = counts.longest.max(line_length); // @feature longest
                }
            }
            let used = chunk.len();
            counts.bytes += used as u64;
            reader.consume(used);
        }
        counts.lines += u64::from(line_length > 0);
        Ok(counts)
    }

    // @feature total
    pub fn add(&mut self, other: &Counts) {
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
        self.longest = self.longest.max(other.longest); // @feature longest
    }
    // @end

    /// The counts that are wanted in columns, and the name behind them.
    pub fn report(&self, columns: &Columns, name: &str) -> String {
        let mut text = String::new();
        let all = [
            (columns.lines, self.lines),
            (columns.words, self.words),
            (columns.bytes, self.bytes),
            (columns.longest, self.longest), // @feature longest
        ];
        for (_, count) in all.iter().filter(|(wanted, _)| *wanted) {
            if !text.is_empty() {
                text.push(' ');
            }
            text += &format!("{count:>WIDTH$}");
        }
        format!("{text} {name}").trim_end().to_string() + "\n"
    }
}

/// Which counts are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    pub lines: bool,
    pub words: bool,
    pub bytes: bool,
    pub longest: bool, // @feature longest
}

impl Default for Columns {
    fn default() -> Self {
        Columns {
            lines: true,
            words: true,
            bytes: true,
            longest: false, // @feature longest
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> (u64, u64, u64) {
        let counts = Counts::read(text.as_bytes()).unwrap();
        (counts.lines, counts.words, counts.bytes)
    }

    #[test]
    fn lines_words_and_bytes() {
        assert_eq!(counts("one two\nthree\n"), (2, 3, 14));
        assert_eq!(counts(""), (0, 0, 0));
    }

    #[test]
    fn a_last_line_needs_no_line_break() {
        assert_eq!(counts("a\nb"), (2, 2, 3));
        assert_eq!(counts("a\n\n"), (2, 1, 3));
    }

    #[test]
    fn words_may_be_cut_by_the_buffer() {
        let reader = io::BufReader::with_capacity(2, "hello wide world".as_bytes());
        assert_eq!(Counts::read(reader).unwrap().words, 3);
    }

    #[test]
    fn bytes_that_are_no_text_are_counted() {
        let counts = Counts::read(&[0xff, 0, b'\n', 0xfe][..]).unwrap();
        assert_eq!((counts.lines, counts.words, counts.bytes), (2, 2, 4));
    }

    #[test]
    fn columns_can_be_left_out() {
        let counts = Counts::read("a b\n".as_bytes()).unwrap();
        let columns = Columns {
            words: false,
            bytes: false,
            ..Columns::default()
        };
        assert_eq!(counts.report(&columns, "x"), format!("{:>WIDTH$} x\n", 1));
    }

    // @feature total
    #[test]
    fn counts_add_up() {
        let mut total = Counts::read("a\n".as_bytes()).unwrap();
        total.add(&Counts::read("bb c\n".as_bytes()).unwrap());
        assert_eq!((total.lines, total.words, total.bytes), (2, 3, 7));
    }
    // @end

    // @feature longest
    #[test]
    fn the_longest_line_is_measured_without_its_end() {
        assert_eq!(Counts::read("ab\nabcd\na".as_bytes()).unwrap().longest, 4);
    }
    // @end
}
