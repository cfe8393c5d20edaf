//! The difference of two texts by their longest common subsequence of lines.

// @feature context
/// Unchanged lines shown around a change.
pub const CONTEXT: usize = 3; // @slot context_lines
                              // @end

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change<'a> {
    Same(&'a str),
    Removed(&'a str),
    Added(&'a str),
}

impl Change<'_> {
    /// The line behind ' ', '-' or '+'.
    fn line(&self) -> String {
        match self {
            Change::Same(text) => format!(" {text}\n"),
            Change::Removed(text) => format!("-{text}\n"),
            Change::Added(text) => format!("+{text}\n"),
        }
    }
}

/// How lines are compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Comparison {
    pub ignore_space: bool, // @feature ignore_space
}

impl Comparison {
    fn equal(&self, a: &str, b: &str) -> bool {
        // @feature ignore_space
        if self.ignore_space {
            return a.split_whitespace().eq(b.split_whitespace());
        }
        // @end
        a == b
    }

    /// All lines of both texts in order, the fewest possible of them changed.
    pub fn diff<'a>(&self, old: &'a str, new: &'a str) -> Vec<Change<'a>> {
        let old: Vec<&str> = old.lines().collect();
        let new: Vec<&str> = new.lines().collect();
        // Equal lines at both ends need no table.
        let same = |(a, b): &(&&str, &&str)| self.equal(a, b);
        let head = old.iter().zip(&new).take_while(same).count();
        let (old_rest, new_rest) = (&old[head..], &new[head..]);
        let tail = old_rest
            .iter()
            .rev()
            .zip(new_rest.iter().rev())
            .take_while(same)
            .count();
        let mut changes: Vec<Change> = old[..head].iter().map(|line| Change::Same(line)).collect();
        self.middle(
            &old_rest[..old_rest.len() - tail],
            &new_rest[..new_rest.len() - tail],
            &mut changes,
        );
        changes.extend(
            old[old.len() - tail..]
                .iter()
                .map(|line| Change::Same(line)),
        );
        changes
    }

    fn middle<'a>(&self, old: &[&'a str], new: &[&'a str], changes: &mut Vec<Change<'a>>) {
        // longest[i][j]: how many lines old[i..] and new[j..] have in common at most
        let mut longest = vec![vec![0u32; new.len() + 1]; old.len() + 1];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                longest[i][j] = match self.equal(old[i], new[j]) {
                    true => longest[i + 1][j + 1] + 1,
                    false => longest[i + 1][j].max(longest[i][j + 1]),
                };
            }
        }
        let (mut i, mut j) = (0, 0);
        while i < old.len() || j < new.len() {
            if i < old.len() && j < new.len() && self.equal(old[i], new[j]) {
                changes.push(Change::Same(old[i]));
                i += 1;
                j += 1;
            } else if j == new.len() || (i < old.len() && longest[i + 1][j] >= longest[i][j + 1]) {
                changes.push(Change::Removed(old[i]));
                i += 1;
            } else {
                changes.push(Change::Added(new[j]));
                j += 1;
            }
        }
    }
}

/// Removed and added lines.
pub fn counts(changes: &[Change]) -> (usize, usize) {
    let count = |wanted: fn(&Change) -> bool| changes.iter().filter(|c| wanted(c)).count();
    (
        count(|c| matches!(c, Change::Removed(_))),
        count(|c| matches!(c, Change::Added(_))),
    )
}

/// The changed lines only.
pub fn plain(changes: &[Change]) -> String {
    changes
        .iter()
        .filter(|c| !matches!(c, Change::Same(_)))
        .map(Change::line)
        .collect()
}

// @feature context
/// Hunks of changes that lie close together, each under a heading with its place in both texts.
pub fn hunks(changes: &[Change], context: usize) -> String {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, _) in changes
        .iter()
        .enumerate()
        .filter(|(_, c)| !matches!(c, Change::Same(_)))
    {
        let (start, end) = (
            at.saturating_sub(context),
            (at + context + 1).min(changes.len()),
        );
        match ranges.last_mut() {
            Some(last) if start <= last.1 => last.1 = end,
            _ => ranges.push((start, end)),
        }
    }
    let hunk = |&(start, end): &(usize, usize)| {
        let place = |changes: &[Change]| {
            let (removed, added) = counts(changes);
            (changes.len() - added, changes.len() - removed)
        };
        let (old_before, new_before) = place(&changes[..start]);
        let (old_count, new_count) = place(&changes[start..end]);
        // An empty side is placed behind the line before it.
        let first = |before: usize, count: usize| before + usize::from(count > 0);
        let lines: String = changes[start..end].iter().map(Change::line).collect();
        format!(
            "@@ -{},{old_count} +{},{new_count} @@\n{lines}",
            first(old_before, old_count),
            first(new_before, new_count)
        )
    };
    ranges.iter().map(hunk).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn diff<'a>(old: &'a str, new: &'a str) -> Vec<Change<'a>> {
        Comparison::default().diff(old, new)
    }

    #[test]
    fn equal_texts_have_no_changes() {
        assert_eq!(counts(&diff("a\nb\n", "a\nb\n")), (0, 0));
        assert_eq!(counts(&diff("", "")), (0, 0));
    }

    #[test]
    fn the_fewest_lines_change() {
        assert_eq!(
            counts(&diff("a\nb\nc\na\nb\nb\na", "c\nb\na\nb\na\nc")),
            (3, 2)
        );
    }

    #[test]
    fn changes_lead_from_the_old_text_to_the_new() {
        let (old, new) = ("a\nx\nb\nc\n", "b\ny\nc\nz\n");
        let changes = diff(old, new);
        let side = |skip: fn(&Change) -> bool| -> String {
            changes
                .iter()
                .filter(|c| !skip(c))
                .map(|c| c.line()[1..].to_string())
                .collect()
        };
        assert_eq!(side(|c| matches!(c, Change::Added(_))), old);
        assert_eq!(side(|c| matches!(c, Change::Removed(_))), new);
    }

    #[test]
    fn changed_lines_are_marked() {
        assert_eq!(plain(&diff("a\nb\nc", "a\nx\nc")), "-b\n+x\n");
        assert_eq!(plain(&diff("", "new")), "+new\n");
        assert_eq!(plain(&diff("old", "")), "-old\n");
    }

    #[test]
    fn repeated_lines_at_the_ends_are_counted_once() {
        assert_eq!(counts(&diff("a\na", "a\na\na")), (0, 1));
        assert_eq!(counts(&diff("a\na\na", "a")), (2, 0));
    }

    // @feature context
    #[test]
    fn hunks_name_their_place() {
        let changes = diff("1\n2\n3\n4\n5\n6\n7\n8\n9", "1\n2\n3\n4\nfive\n6\n7\n8\n9");
        assert_eq!(hunks(&changes, 1), "@@ -4,3 +4,3 @@\n 4\n-5\n+five\n 6\n");
        assert_eq!(hunks(&diff("", "a"), 1), "@@ -0,0 +1,1 @@\n+a\n");
    }

    #[test]
    fn distant_changes_have_their_own_hunks() {
        let changes = diff("a\n1\n2\n3\nb", "x\n1\n2\n3\ny");
        assert_eq!(hunks(&changes, 1).matches("@@ -").count(), 2);
        assert_eq!(hunks(&changes, 3).matches("@@ -").count(), 1);
    }
    // @end

    // @feature ignore_space
    #[test]
    fn white_space_can_be_ignored() {
        let comparison = Comparison { ignore_space: true };
        assert_eq!(counts(&comparison.diff(" a  b", "a b ")), (0, 0));
        assert_eq!(counts(&comparison.diff("ab", "a b")), (1, 1));
    }
    // @end
}
