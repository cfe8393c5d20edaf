//! Renaming many files: rules make new names, a plan checks them, then the plan is carried out.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many digits running numbers have, and where they begin.
pub const DIGITS: usize = 3; // @slot digits
pub const FIRST: usize = 1; // @slot first

/// A change of a name. The extension stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    Replace(String, String),
    Prefix(String),
    Suffix(String),
    // @feature letters
    Lower,
    Upper,
    // @end
    /// This text and a running number in place of the name.
    Number(String),
}

/// A name's part before the extension, and the extension with its dot.
pub fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

impl Rule {
    /// The new name, without extension, of the file at a place of the list.
    fn apply(&self, stem: &str, place: usize) -> String {
        match self {
            Rule::Replace(old, new) => stem.replace(old.as_str(), new),
            Rule::Prefix(text) => format!("{text}{stem}"),
            Rule::Suffix(text) => format!("{stem}{text}"),
            // @feature letters
            Rule::Lower => stem.to_lowercase(),
            Rule::Upper => stem.to_uppercase(),
            // @end
            Rule::Number(text) => format!("{text}-{:0DIGITS$}", FIRST + place),
        }
    }
}

/// An old name and a new one.
pub type Change = (String, String);

/// The changes that rules make of names, without those that stay the same. `others` are names
/// that are taken in the folder. Nothing is planned if any new name is impossible or taken.
pub fn plan(
    names: &[String],
    others: &BTreeSet<String>,
    rules: &[Rule],
) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    let mut taken = others.clone();
    for (place, old) in names.iter().enumerate() {
        let (stem, extension) = split(old);
        let apply = |stem: String, rule: &Rule| rule.apply(&stem, place);
        let stem = rules.iter().fold(stem.to_string(), apply);
        let new = format!("{stem}{extension}");
        if stem.is_empty() || stem == "." || stem == ".." || new.contains(['/', '\\', '\0']) {
            return Err(format!("'{old}' cannot be called '{new}'"));
        }
        if !taken.insert(new.clone()) {
            return Err(format!(
                "'{old}' cannot be called '{new}': that name is taken"
            ));
        }
        if new != *old {
            changes.push((old.clone(), new));
        }
    }
    Ok(changes)
}

/// The files of a folder by name, and all other names in it.
pub fn list(
    folder: &Path,
    wanted: impl Fn(&str) -> bool,
) -> Result<(Vec<String>, BTreeSet<String>), String> {
    let fail = |error: std::io::Error| format!("{}: {error}", folder.display());
    let (mut names, mut others) = (Vec::new(), BTreeSet::new());
    for entry in fs::read_dir(folder).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let is_file = entry.file_type().map_err(fail)?.is_file();
        match entry.file_name().into_string() {
            Ok(name) if is_file && wanted(&name) => names.push(name),
            Ok(name) => {
                others.insert(name);
            }
            // A name that is not text is left alone; no new name can be equal to it.
            Err(_) => {}
        }
    }
    names.sort();
    Ok((names, others))
}

/// Renames the files. Each goes by way of a name of its own, so that names can be swapped. If
/// one cannot be renamed, those before it are called back.
pub fn carry_out(folder: &Path, changes: &[Change]) -> Result<(), String> {
    let between = |at: usize| format!(".rename-{}-{at}", std::process::id());
    let mut steps: Vec<(String, String)> = Vec::new();
    for (at, (old, _)) in changes.iter().enumerate() {
        steps.push((old.clone(), between(at)));
    }
    for (at, (_, new)) in changes.iter().enumerate() {
        steps.push((between(at), new.clone()));
    }
    for (done, (from, to)) in steps.iter().enumerate() {
        let (source, target) = (folder.join(from), folder.join(to));
        let result = match target.symlink_metadata() {
            Ok(_) => Err(format!("{} is there already", target.display())),
            Err(_) => fs::rename(&source, &target)
                .map_err(|error| format!("{}: {error}", source.display())),
        };
        if let Err(message) = result {
            for (from, to) in steps[..done].iter().rev() {
                fs::rename(folder.join(to), folder.join(from))
                    .map_err(|error| format!("{message}; {to} is what was {from}: {error}"))?;
            }
            return Err(format!("{message}; nothing was renamed"));
        }
    }
    Ok(())
}

// @feature undo
/// The changes as a text from which `read_log` makes the changes back.
pub fn write_log(changes: &[Change]) -> String {
    let lines = changes.iter().map(|(old, new)| format!("{old}/{new}\n"));
    lines.collect()
}

/// The changes that take back those of a log.
pub fn read_log(text: &str) -> Result<Vec<Change>, String> {
    let change = |(at, line): (usize, &str)| {
        // A slash is the one sign that no name contains.
        let parts = line.split_once('/').filter(|(_, new)| !new.contains('/'));
        let (old, new) = parts.ok_or_else(|| format!("line {}: not a change", at + 1))?;
        Ok((new.to_string(), old.to_string()))
    };
    text.lines().enumerate().map(change).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn planned(names: &[&str], rules: &[Rule]) -> Result<Vec<Change>, String> {
        let names: Vec<String> = names.iter().map(|name| name.to_string()).collect();
        plan(&names, &BTreeSet::from(["taken.txt".to_string()]), rules)
    }

    fn replace(old: &str, new: &str) -> Rule {
        Rule::Replace(old.to_string(), new.to_string())
    }

    fn change(old: &str, new: &str) -> Change {
        (old.to_string(), new.to_string())
    }

    /// A folder with files that contain their names.
    fn folder(test: &str, names: &[&str]) -> PathBuf {
        let root = std::env::temp_dir().join(format!("rename-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        for name in names {
            fs::write(root.join(name), name).unwrap();
        }
        root
    }

    #[test]
    fn rules_follow_one_another_and_spare_the_extension() {
        let rules = [
            replace("t", "T"),
            Rule::Prefix("a-".to_string()),
            Rule::Suffix("-z".to_string()),
        ];
        let changes = planned(&["text.txt", ".hidden"], &rules).unwrap();
        assert_eq!(changes[0].1, "a-TexT-z.txt");
        assert_eq!(changes[1].1, "a-.hidden-z");
    }

    #[test]
    fn names_that_stay_are_no_changes() {
        let changes = planned(&["ab", "cd"], &[replace("a", "x")]).unwrap();
        assert_eq!(changes, [change("ab", "xb")]);
    }

    #[test]
    fn taken_and_impossible_names_are_refused() {
        assert!(planned(&["a.txt"], &[replace("a", "taken")]).is_err());
        assert!(planned(&["a1", "a2"], &[replace("1", ""), replace("2", "")]).is_err());
        assert!(planned(&["a1", "a2"], &[replace("1", "2")]).is_err());
        assert!(planned(&["a"], &[replace("a", "")]).is_err());
        assert!(planned(&["a"], &[replace("a", "../b")]).is_err());
    }

    #[test]
    fn files_can_swap_their_names() {
        let root = folder("swap", &["a", "b"]);
        carry_out(&root, &[change("a", "b"), change("b", "a")]).unwrap();
        assert_eq!(fs::read_to_string(root.join("a")).unwrap(), "b");
        assert_eq!(list(&root, |_| true).unwrap().0, ["a", "b"]);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn all_or_nothing_is_renamed() {
        let root = folder("all", &["a", "b", "c"]);
        let message = carry_out(&root, &[change("a", "x"), change("b", "c")]).unwrap_err();
        assert!(message.contains("there already"), "{message}");
        assert!(carry_out(&root, &[change("a", "x"), change("gone", "y")]).is_err());
        assert_eq!(list(&root, |_| true).unwrap().0, ["a", "b", "c"]);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn folders_are_listed_but_not_renamed() {
        let root = folder("list", &["b.txt", "a.md"]);
        fs::create_dir(root.join("sub")).unwrap();
        let (names, others) = list(&root, |name| name != "a.md").unwrap();
        assert_eq!(names, ["b.txt"]);
        assert_eq!(others.into_iter().collect::<Vec<_>>(), ["a.md", "sub"]);
        fs::remove_dir_all(&root).unwrap();
        assert!(list(&root, |_| true).is_err());
    }

    // @feature letters
    #[test]
    fn letters_change_case() {
        assert_eq!(planned(&["Ab.TXT"], &[Rule::Lower]).unwrap()[0].1, "ab.TXT");
        assert_eq!(planned(&["Ab.c"], &[Rule::Upper]).unwrap()[0].1, "AB.c");
    }
    // @end

    #[test]
    fn numbers_run_and_have_their_digits() {
        let changes = planned(&["x.jpg", "y.png"], &[Rule::Number("pic".to_string())]).unwrap();
        let expected = |place: usize| format!("pic-{:0DIGITS$}", FIRST + place);
        assert_eq!(changes[0].1, expected(0) + ".jpg");
        assert_eq!(changes[1].1, expected(1) + ".png");
    }

    // @feature undo
    #[test]
    fn a_log_takes_everything_back() {
        let root = folder("undo", &["a", "b"]);
        let changes = [change("a", "c"), change("b", "a")];
        carry_out(&root, &changes).unwrap();
        carry_out(&root, &read_log(&write_log(&changes)).unwrap()).unwrap();
        assert_eq!(fs::read_to_string(root.join("b")).unwrap(), "b");
        assert_eq!(list(&root, |_| true).unwrap().0, ["a", "b"]);
        fs::remove_dir_all(&root).unwrap();
        assert!(read_log("a/b\nc").unwrap_err().starts_with("line 2"));
        assert!(read_log("a/../b").is_err());
    }
    // @end
}
