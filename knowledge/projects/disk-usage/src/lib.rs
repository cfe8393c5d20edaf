//! Sizes of folders with everything in them.

// @feature types
use std::collections::BTreeMap;
// @end
use std::fs;
use std::io;
use std::path::Path;
// @feature top
use std::path::PathBuf;
// @end

/// How many levels of folders are printed when nothing is said.
pub const DEPTH: usize = 2; // @slot depth

/// A folder, or a file without children.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub size: u64,
    pub is_folder: bool,
    /// The largest first; those of the same size by name.
    pub children: Vec<Node>,
}

/// How a tree is printed.
#[derive(Debug, Clone)]
pub struct Format {
    pub depth: usize,
    /// Files as well as folders.
    pub files: bool,
    // @feature human
    pub human: bool,
    // @end
    pub share: bool,
}

impl Default for Format {
    fn default() -> Self {
        Format {
            depth: DEPTH,
            files: false,
            human: false, // @feature human
            share: false,
        }
    }
}

/// Measures a path. What cannot be read is told in `problems` and counts nothing; only if the
/// path itself is not there nothing is returned.
pub fn measure(path: &Path, problems: &mut Vec<String>) -> Option<Node> {
    let name = path.display().to_string();
    measure_as(path, name, problems)
}

fn measure_as(path: &Path, name: String, problems: &mut Vec<String>) -> Option<Node> {
    let mut tell = |error: io::Error| problems.push(format!("{}: {error}", path.display()));
    let about = match fs::symlink_metadata(path) {
        Ok(about) => about,
        Err(error) => {
            tell(error);
            return None;
        }
    };
    let mut node = Node {
        name,
        size: 0,
        is_folder: about.is_dir(),
        children: Vec::new(),
    };
    if !about.is_dir() {
        // Links and devices take no space of their own that is worth telling.
        node.size = if about.is_file() { about.len() } else { 0 };
        return Some(node);
    }
    let entries: Vec<_> = match fs::read_dir(path) {
        Ok(entries) => entries.collect(),
        Err(error) => {
            tell(error);
            return Some(node);
        }
    };
    for entry in entries {
        match entry {
            Ok(entry) => {
                let name = entry.file_name().to_string_lossy().into_owned();
                node.children
                    .extend(measure_as(&entry.path(), name, problems));
            }
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    node.size = node.children.iter().map(|child| child.size).sum();
    node.children
        .sort_by(|a, b| b.size.cmp(&a.size).then_with(|| a.name.cmp(&b.name)));
    Some(node)
}

impl Format {
    /// The tree as text, one line per node: size and name.
    pub fn tree(&self, root: &Node) -> String {
        let mut text = String::new();
        self.add(root, root, 0, &mut text);
        text
    }

    fn add(&self, root: &Node, node: &Node, level: usize, text: &mut String) {
        let line = format!("{}{}", "  ".repeat(level), node.name);
        *text += &self.line(node.size, root.size, &line);
        if level < self.depth {
            for child in &node.children {
                if child.is_folder || self.files {
                    self.add(root, child, level + 1, text);
                }
            }
        }
    }

    /// One line: the size, perhaps its share of the whole, and what it is of.
    pub fn line(&self, size: u64, whole: u64, what: &str) -> String {
        let mut line = format!("{:>12}", self.size(size));
        if self.share {
            line += &format!("{:>7.1}%", percent(size, whole));
        }
        line += &format!("  {what}\n");
        line
    }

    fn size(&self, size: u64) -> String {
        // @feature human
        if self.human {
            return human(size);
        }
        // @end
        size.to_string()
    }
}

// @feature human
/// A size with a unit, for example `1.5 KiB`.
pub fn human(size: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut value = size as f64;
    let mut unit = "B";
    for next in UNITS {
        // What would be rounded to 1024.0 belongs to the next unit.
        if value < 1023.95 {
            break;
        }
        value /= 1024.0;
        unit = next;
    }
    match unit {
        "B" => format!("{size} B"),
        _ => format!("{value:.1} {unit}"),
    }
}
// @end

fn percent(part: u64, whole: u64) -> f64 {
    match whole {
        0 => 0.0,
        _ => part as f64 * 100.0 / whole as f64,
    }
}

// @feature top
/// The `count` largest files with their paths below the root.
pub fn largest(root: &Node, count: usize) -> Vec<(u64, PathBuf)> {
    fn collect(node: &Node, path: PathBuf, files: &mut Vec<(u64, PathBuf)>) {
        if !node.is_folder {
            files.push((node.size, path));
            return;
        }
        for child in &node.children {
            collect(child, path.join(&child.name), files);
        }
    }
    let mut files = Vec::new();
    collect(root, PathBuf::from(&root.name), &mut files);
    files.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    files.truncate(count);
    files
}
// @end

// @feature types
/// What the files of each extension (in lower case) take together, the largest first.
pub fn by_extension(root: &Node) -> Vec<(String, u64)> {
    fn add(node: &Node, sums: &mut BTreeMap<String, u64>) {
        if !node.is_folder {
            let extension = Path::new(&node.name).extension();
            let extension = extension.map_or("(none)".to_string(), |extension| {
                extension.to_string_lossy().to_lowercase()
            });
            *sums.entry(extension).or_default() += node.size;
        }
        for child in &node.children {
            add(child, sums);
        }
    }
    let mut sums = BTreeMap::new();
    add(root, &mut sums);
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    sums
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, size: u64) -> Node {
        Node {
            name: name.to_string(),
            size,
            is_folder: false,
            children: Vec::new(),
        }
    }

    fn folder(name: &str, children: Vec<Node>) -> Node {
        Node {
            name: name.to_string(),
            size: children.iter().map(|child| child.size).sum(),
            is_folder: true,
            children,
        }
    }

    fn sample() -> Node {
        let deep = folder("deep", vec![file("c.TXT", 1500)]);
        let inner = folder("inner", vec![deep, file("b.txt", 500)]);
        folder("root", vec![inner, file("a", 50), file("d.rs", 10)])
    }

    fn format(depth: usize, files: bool) -> Format {
        Format {
            depth,
            files,
            ..Format::default()
        }
    }

    #[test]
    fn a_folder_on_the_disk_is_measured() {
        let root = std::env::temp_dir().join(format!("usage-{}", std::process::id()));
        fs::create_dir_all(root.join("small")).unwrap();
        fs::create_dir_all(root.join("large/within")).unwrap();
        fs::write(root.join("small/one"), "12345").unwrap();
        fs::write(root.join("large/within/two"), "1234567").unwrap();
        let mut problems = Vec::new();
        let node = measure(&root, &mut problems).unwrap();
        fs::remove_dir_all(&root).unwrap();
        assert!(problems.is_empty());
        let names: Vec<&str> = node.children.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["large", "small"]);
        assert_eq!((node.size, node.children[0].size), (12, 7));
    }

    #[test]
    fn what_is_missing_is_told() {
        let mut problems = Vec::new();
        assert_eq!(measure(Path::new("/no/such/place"), &mut problems), None);
        assert!(problems[0].starts_with("/no/such/place: "));
    }

    #[test]
    fn folders_are_indented() {
        let text = format(5, false).tree(&sample());
        let expected = "        2060  root\n        2000    inner\n        1500      deep\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn depth_limits_the_tree_but_not_the_sums() {
        assert_eq!(format(0, true).tree(&sample()), "        2060  root\n");
        assert_eq!(format(1, false).tree(&sample()).lines().count(), 2);
    }

    #[test]
    fn files_are_printed_when_asked_for() {
        let text = format(1, true).tree(&sample());
        assert!(text.ends_with("          50    a\n          10    d.rs\n"));
        assert_eq!(format(9, true).tree(&sample()).lines().count(), 7);
    }

    // @feature human
    #[test]
    fn sizes_have_units() {
        let texts = [0, 1023, 1024, 1536, 1048575, 5 << 30].map(human);
        let expected = ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "5.0 GiB"];
        assert_eq!(texts, expected);
        assert_eq!(human(u64::MAX), "16384.0 PiB");
    }
    // @end

    #[test]
    fn shares_are_of_the_whole() {
        let mut shared = format(1, false);
        shared.share = true;
        assert!(shared.tree(&sample()).contains("   97.1%    inner\n"));
        assert!(shared.tree(&file("empty", 0)).contains("    0.0%  empty\n"));
    }

    // @feature top
    #[test]
    fn the_largest_files_come_first() {
        let top = largest(&sample(), 2);
        assert_eq!(top[0], (1500, PathBuf::from("root/inner/deep/c.TXT")));
        assert_eq!(top[1], (500, PathBuf::from("root/inner/b.txt")));
        assert_eq!(largest(&sample(), 99).len(), 4);
    }
    // @end

    // @feature types
    #[test]
    fn extensions_are_summed_up() {
        let sums = by_extension(&sample());
        let texts: Vec<String> = sums.iter().map(|(e, size)| format!("{e} {size}")).collect();
        assert_eq!(texts, ["txt 2000", "(none) 50", "rs 10"]);
    }
    // @end
}
