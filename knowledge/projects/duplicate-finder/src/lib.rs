//! Finding files with the same content.

use std::collections::hash_map::DefaultHasher;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Smaller files are ignored when nothing else is said.
pub const SMALLEST: u64 = 1; // @slot smallest

/// How much of a file is read at a time.
const BLOCK: usize = 65536; // @slot block

/// Which files are looked at.
#[derive(Debug, Clone)]
pub struct Options {
    pub min_size: u64,
    // @feature filter
    /// Lower-case extensions; empty for all files.
    pub extensions: Vec<String>,
    // @end
}

impl Default for Options {
    fn default() -> Self {
        Options {
            min_size: SMALLEST,
            extensions: Vec::new(), // @feature filter
        }
    }
}

// @feature filter
impl Options {
    fn has_extension(&self, path: &Path) -> bool {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        self.extensions.is_empty() || extension.is_some_and(|e| self.extensions.contains(&e))
    }
}
// @end

/// Files with the same content, in the order of their paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub size: u64,
    pub files: Vec<PathBuf>,
}

impl Group {
    /// What would be free if only one of the files were there.
    pub fn wasted(&self) -> u64 {
        self.size * (self.files.len() as u64).saturating_sub(1)
    }
}

/// What a search found.
#[derive(Debug, Default)]
pub struct Findings {
    /// The most wasteful group first.
    pub groups: Vec<Group>,
    /// What could not be read, and why. The search goes on without it.
    pub problems: Vec<String>,
}

/// Searches folders (and single files) with everything below them. Links are not followed.
pub fn find(roots: &[PathBuf], options: &Options) -> Findings {
    let mut findings = Findings::default();
    let mut by_size: BTreeMap<u64, Vec<PathBuf>> = BTreeMap::new();
    let mut todo: Vec<PathBuf> = roots.to_vec();
    while let Some(path) = todo.pop() {
        let step = fs::symlink_metadata(&path).and_then(|about| {
            if about.is_dir() {
                for entry in fs::read_dir(&path)? {
                    todo.push(entry?.path());
                }
            } else if about.is_file() && about.len() >= options.min_size {
                by_size.entry(about.len()).or_default().push(path.clone());
            }
            Ok(())
        });
        if let Err(error) = step {
            findings
                .problems
                .push(format!("{}: {error}", path.display()));
        }
    }
    for (size, mut files) in by_size {
        files.retain(|path| options.has_extension(path)); // @feature filter
                                                          // The same file may have been reached from two of the given folders.
        files.sort();
        files.dedup_by_key(|path| path.canonicalize().unwrap_or_else(|_| path.clone()));
        if files.len() > 1 {
            let groups = same_content(&files, &mut findings.problems).into_iter();
            let groups = groups.map(|files| Group { size, files });
            findings.groups.extend(groups);
        }
    }
    findings.groups.sort_by(|a, b| {
        let by_waste = b.wasted().cmp(&a.wasted());
        by_waste.then_with(|| a.files.cmp(&b.files))
    });
    findings
}

/// Splits files of one size into groups of the same content; single files are left out.
fn same_content(files: &[PathBuf], problems: &mut Vec<String>) -> Vec<Vec<PathBuf>> {
    let mut by_hash: BTreeMap<u64, Vec<&PathBuf>> = BTreeMap::new();
    for path in files {
        match hash(path) {
            Ok(hash) => by_hash.entry(hash).or_default().push(path),
            Err(error) => problems.push(format!("{}: {error}", path.display())),
        }
    }
    let mut groups: Vec<Vec<PathBuf>> = Vec::new();
    for alike in by_hash.into_values().filter(|alike| alike.len() > 1) {
        // Equal hashes are a strong hint, equal bytes are the proof.
        let mut proven: Vec<Vec<PathBuf>> = Vec::new();
        for path in alike {
            let mut home = None;
            for (at, group) in proven.iter().enumerate() {
                match equal(&group[0], path) {
                    Ok(true) => {
                        home = Some(at);
                        break;
                    }
                    Ok(false) => {}
                    Err(error) => problems.push(format!("{}: {error}", path.display())),
                }
            }
            match home {
                Some(at) => proven[at].push(path.clone()),
                None => proven.push(vec![path.clone()]),
            }
        }
        groups.extend(proven.into_iter().filter(|group| group.len() > 1));
    }
    groups
}

/// Reads until the block is full or the file ends.
fn read_block(file: &mut File, block: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < block.len() {
        match file.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn hash(path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let (mut hasher, mut block) = (DefaultHasher::new(), vec![0; BLOCK]);
    loop {
        match read_block(&mut file, &mut block)? {
            0 => return Ok(hasher.finish()),
            count => hasher.write(&block[..count]),
        }
    }
}

/// Whether two files have the same bytes.
pub fn equal(left: &Path, right: &Path) -> io::Result<bool> {
    let (mut left, mut right) = (File::open(left)?, File::open(right)?);
    let (mut one, mut other) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let count = read_block(&mut left, &mut one)?;
        if count != read_block(&mut right, &mut other)? || one[..count] != other[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

/// The groups as text.
pub fn report(groups: &[Group]) -> String {
    if groups.is_empty() {
        return "no duplicates\n".to_string();
    }
    let mut text = String::new();
    for group in groups {
        text += &format!("{} files of {} bytes:\n", group.files.len(), group.size);
        for path in &group.files {
            text += &format!("  {}\n", path.display());
        }
    }
    let wasted: u64 = groups.iter().map(Group::wasted).sum();
    text + &format!("{} groups, {wasted} bytes in copies\n", groups.len())
}

// @feature json
/// The groups as JSON: `[{"size": 3, "files": ["a", "b"]}]`.
pub fn json(groups: &[Group]) -> String {
    let string = |path: &PathBuf| {
        let mut text = String::from("\"");
        for sign in path.to_string_lossy().chars() {
            match sign {
                '"' | '\\' => text.extend(['\\', sign]),
                sign if sign.is_control() => text += &format!("\\u{:04x}", u32::from(sign)),
                sign => text.push(sign),
            }
        }
        text + "\""
    };
    let objects: Vec<String> = groups
        .iter()
        .map(|group| {
            let files: Vec<String> = group.files.iter().map(string).collect();
            let files = files.join(", ");
            format!("{{\"size\": {}, \"files\": [{files}]}}", group.size)
        })
        .collect();
    format!("[{}]\n", objects.join(",\n "))
}
// @end

// @feature delete
/// Deletes all files of a group but the first, each only if it still equals the first one.
/// Returns what was done, line by line; without `really` nothing is deleted.
pub fn delete_copies(group: &Group, really: bool) -> Vec<Result<String, String>> {
    let Some((kept, copies)) = group.files.split_first() else {
        return Vec::new();
    };
    let one = |path: &PathBuf| {
        let name = path.display();
        match equal(kept, path) {
            Ok(true) if really => fs::remove_file(path)
                .map(|()| format!("deleted {name}"))
                .map_err(|error| format!("{name}: {error}")),
            Ok(true) => Ok(format!("would delete {name}")),
            Ok(false) => Err(format!("{name}: changed meanwhile, kept")),
            Err(error) => Err(format!("{name}: {error}")),
        }
    };
    copies.iter().map(one).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A folder for one test, removed at its end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(files: &[(&str, &str)]) -> Folder {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("duplicates-{}-{number}", std::process::id());
            let root = std::env::temp_dir().join(name);
            for (name, content) in files {
                let path = root.join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            Folder(root)
        }

        fn find(&self, options: &Options) -> Findings {
            find(std::slice::from_ref(&self.0), options)
        }

        fn names(&self, group: &Group) -> Vec<String> {
            let names = group.files.iter().map(|p| p.strip_prefix(&self.0).unwrap());
            names.map(|p| p.to_string_lossy().into_owned()).collect()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn all_sizes() -> Options {
        Options {
            min_size: 1,
            ..Options::default()
        }
    }

    #[test]
    fn equal_files_are_found_in_all_folders() {
        let files = [
            ("a.txt", "same"),
            ("in/b.md", "same"),
            ("in/c", "also"),
            ("d", "x"),
        ];
        let folder = Folder::new(&files);
        let found = folder.find(&all_sizes());
        assert_eq!(found.groups.len(), 1);
        assert_eq!(folder.names(&found.groups[0]), ["a.txt", "in/b.md"]);
        assert_eq!(found.groups[0].wasted(), 4);
        assert!(found.problems.is_empty());
    }

    #[test]
    fn the_most_wasteful_group_comes_first() {
        let long = "long".repeat(50_000);
        let files = [
            ("1", "s"),
            ("2", "s"),
            ("3", "s"),
            ("4", &long),
            ("5", &long),
        ];
        let found = Folder::new(&files).find(&all_sizes());
        let sizes: Vec<u64> = found.groups.iter().map(|group| group.size).collect();
        assert_eq!(sizes, [200_000, 1]);
        assert!(report(&found.groups).ends_with("2 groups, 200002 bytes in copies\n"));
    }

    #[test]
    fn small_files_are_ignored() {
        let folder = Folder::new(&[("a", "xx"), ("b", "xx"), ("c", "yyy"), ("d", "yyy")]);
        let options = Options {
            min_size: 3,
            ..Options::default()
        };
        assert_eq!(folder.find(&options).groups.len(), 1);
    }

    #[test]
    fn a_file_is_no_copy_of_itself() {
        let folder = Folder::new(&[("in/a", "text")]);
        let roots = [folder.0.clone(), folder.0.join("in")];
        assert!(find(&roots, &all_sizes()).groups.is_empty());
        assert_eq!(report(&[]), "no duplicates\n");
    }

    #[test]
    fn what_is_missing_is_told_and_the_rest_is_searched() {
        let folder = Folder::new(&[("a", "text"), ("b", "text")]);
        let roots = [folder.0.join("missing"), folder.0.clone()];
        let found = find(&roots, &all_sizes());
        assert_eq!(found.groups.len(), 1);
        assert!(found.problems[0].contains("missing: "));
    }

    // @feature filter
    #[test]
    fn extensions_select_files() {
        let folder = Folder::new(&[("a.JPG", "pic"), ("b.jpg", "pic"), ("c.txt", "pic")]);
        let options = Options {
            extensions: vec!["jpg".to_string()],
            ..all_sizes()
        };
        let found = folder.find(&options);
        assert_eq!(folder.names(&found.groups[0]), ["a.JPG", "b.jpg"]);
    }
    // @end

    // @feature json
    #[test]
    fn names_are_escaped_in_json() {
        let group = Group {
            size: 2,
            files: vec![PathBuf::from("a\"b"), PathBuf::from("c\nd")],
        };
        let expected = "[{\"size\": 2, \"files\": [\"a\\\"b\", \"c\\u000ad\"]}]\n";
        assert_eq!(json(&[group]), expected);
        assert_eq!(json(&[]), "[]\n");
    }
    // @end

    // @feature delete
    #[test]
    fn only_true_copies_are_deleted() {
        let folder = Folder::new(&[("a", "text"), ("b", "text"), ("c", "text")]);
        let group = folder.find(&all_sizes()).groups.remove(0);
        assert!(delete_copies(&group, false).iter().all(Result::is_ok));
        assert!(group.files.iter().all(|path| path.exists()));
        fs::write(&group.files[1], "else").unwrap();
        let done = delete_copies(&group, true);
        assert!(done[0].is_err() && done[1].is_ok());
        let left: Vec<bool> = group.files.iter().map(|path| path.exists()).collect();
        assert_eq!(left, [true, true, false]);
    }
    // @end
}
