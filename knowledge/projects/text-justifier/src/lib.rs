//! Breaking paragraphs into lines and setting the lines to a width.

/// Characters per line unless the user asks for another width.
pub const DEFAULT_WIDTH: usize = 72; // @slot width

/// Narrower columns make no sense.
pub const MIN_WIDTH: usize = 2;

/// Where the text stands in its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Justify,
    Left,   // @feature align
    Right,  // @feature align
    Center, // @feature align
}

/// How a text is set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    pub width: usize,
    pub align: Align,
    pub indent: usize, // @feature indent
}

impl Default for Layout {
    fn default() -> Self {
        Layout {
            width: DEFAULT_WIDTH,
            align: Align::Justify,
            indent: 0, // @feature indent
        }
    }
}

impl Layout {
    /// The lines of a text whose paragraphs are separated by blank lines.
    pub fn set(&self, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for words in paragraphs(text) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(self.paragraph(&words));
        }
        lines
    }

    fn paragraph(&self, words: &[&str]) -> Vec<String> {
        let width = self.width.max(MIN_WIDTH);
        let first_indent = 0; // replaced by the layout's indent where there is one
        let first_indent = first_indent + self.indent.min(width / 2); // @feature indent
        let rows = break_lines(words, width, first_indent);
        let last = rows.len().saturating_sub(1);
        let set = |(at, row): (usize, &Vec<&str>)| {
            let indent = if at == 0 { first_indent } else { 0 };
            let line = self.line(row, width - indent, at == last);
            format!("{}{line}", " ".repeat(indent))
        };
        rows.iter().enumerate().map(set).collect()
    }

    fn line(&self, words: &[&str], width: usize, last: bool) -> String {
        let plain = words.join(" ");
        match self.align {
            Align::Justify if last => plain,
            Align::Justify => stretch(words, width),
            // @feature align
            Align::Left => plain,
            Align::Right => format!("{plain:>width$}"),
            Align::Center => format!("{plain:^width$}").trim_end().to_string(),
            // @end
        }
    }
}

/// The words of each paragraph.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let mut paragraphs = vec![Vec::new()];
    for line in text.lines() {
        match (line.trim(), paragraphs.last_mut()) {
            ("", Some(last)) if last.is_empty() => {}
            ("", _) => paragraphs.push(Vec::new()),
            (line, Some(last)) => last.extend(line.split_whitespace()),
            (_, None) => {}
        }
    }
    paragraphs.retain(|words| !words.is_empty());
    paragraphs
}

/// Fills lines greedily; a word longer than a line is cut.
fn break_lines<'a>(words: &[&'a str], width: usize, first_indent: usize) -> Vec<Vec<&'a str>> {
    let mut rows: Vec<Vec<&str>> = vec![Vec::new()];
    let mut room = width - first_indent;
    for word in words {
        let mut word = *word;
        loop {
            let length = word.chars().count();
            let row = rows.len() - 1;
            let gap = usize::from(!rows[row].is_empty());
            if gap + length <= room {
                rows[row].push(word);
                room -= gap + length;
                break;
            }
            if rows[row].is_empty() {
                let cut = word
                    .char_indices()
                    .nth(room)
                    .map_or(word.len(), |(at, _)| at);
                let (head, tail) = word.split_at(cut);
                rows[row].push(head);
                word = tail;
            }
            rows.push(Vec::new());
            room = width;
        }
    }
    rows
}

/// Spreads the spaces between the words over the width, the wider gaps first on the left.
fn stretch(words: &[&str], width: usize) -> String {
    let gaps = words.len().saturating_sub(1);
    if gaps == 0 {
        return words.concat();
    }
    let letters: usize = words.iter().map(|word| word.chars().count()).sum();
    let spaces = width.saturating_sub(letters);
    let mut line = String::new();
    for (at, word) in words.iter().enumerate() {
        line.push_str(word);
        if at < gaps {
            // Whole shares so far, so that the remainder is spread evenly.
            let share = (spaces * (at + 1)).div_ceil(gaps) - (spaces * at).div_ceil(gaps);
            line.push_str(&" ".repeat(share));
        }
    }
    line
}

// @feature frame
/// The lines inside a frame that fits the longest of them.
pub fn frame(lines: &[String]) -> Vec<String> {
    let width = lines
        .iter()
        .map(|line| line.chars().count())
        .max()
        .unwrap_or(0);
    let edge = format!("+{}+", "-".repeat(width + 2));
    let mut framed = vec![edge.clone()];
    framed.extend(lines.iter().map(|line| format!("| {line:<width$} |")));
    framed.push(edge);
    framed
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "the quick brown fox jumps over the lazy dog\nand runs away";

    fn layout(width: usize) -> Layout {
        Layout {
            width,
            ..Layout::default()
        }
    }

    #[test]
    fn all_lines_but_the_last_have_the_full_width() {
        for width in [10, 17, 31] {
            let lines = layout(width).set(TEXT);
            let (last, full) = lines.split_last().unwrap();
            assert!(full.iter().all(|line| line.len() == width), "{lines:?}");
            assert!(last.len() <= width);
        }
    }

    #[test]
    fn no_word_is_lost() {
        let lines = layout(12).set(TEXT);
        let words: Vec<_> = lines
            .iter()
            .flat_map(|line| line.split_whitespace())
            .collect();
        assert_eq!(words, TEXT.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn gaps_differ_by_one_space_at_most() {
        let line = stretch(&["a", "b", "c", "d"], 9);
        assert_eq!(line, "a  b  c d".to_string());
    }

    #[test]
    fn paragraphs_stay_apart() {
        assert_eq!(layout(20).set("\n\na\n \n\nb\n"), ["a", "", "b"]);
        assert!(layout(20).set(" \n").is_empty());
    }

    #[test]
    fn long_words_are_cut() {
        assert_eq!(layout(4).set("abcdefghij k"), ["abcd", "efgh", "ij k"]);
    }

    #[test]
    fn width_counts_characters_not_bytes() {
        assert_eq!(layout(5).set("äöü éè x"), ["äöü", "éè x"]);
    }

    // @feature align
    #[test]
    fn lines_can_be_aligned() {
        let set = |align| Layout { align, ..layout(6) }.set("ab cd ef");
        assert_eq!(set(Align::Left), ["ab cd", "ef"]);
        assert_eq!(set(Align::Right), [" ab cd", "    ef"]);
        assert_eq!(set(Align::Center), ["ab cd", "  ef"]);
    }
    // @end

    // @feature indent
    #[test]
    fn the_first_line_is_indented() {
        let lines = Layout {
            indent: 2,
            ..layout(10)
        }
        .set("aaaa bbb cc");
        assert_eq!(lines, ["  aaaa bbb", "cc"]);
    }
    // @end

    // @feature frame
    #[test]
    fn frames_fit() {
        let lines = ["ab".to_string(), "c".to_string()];
        assert_eq!(frame(&lines), ["+----+", "| ab |", "| c  |", "+----+"]);
    }
    // @end
}
