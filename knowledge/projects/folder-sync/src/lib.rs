//! Bringing one folder up to date with another: a plan first, then its actions one by one.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Times that differ by no more than so many seconds are equal: some disks round them.
pub const TOLERANCE: u64 = 2; // @slot tolerance

/// How folders are compared.
#[derive(Debug, Clone)]
pub struct Options {
    pub tolerance: Duration,
    // @feature delete
    /// Deletes what the source does not have.
    pub delete: bool,
    // @end
    // @feature content
    /// Compares bytes, not times.
    pub content: bool,
    // @end
    // @feature exclude
    /// Names of files and folders that are not there for us, on either side.
    pub excluded: Vec<String>,
    // @end
}

impl Default for Options {
    fn default() -> Self {
        Options {
            tolerance: Duration::from_secs(TOLERANCE),
            delete: false,        // @feature delete
            content: false,       // @feature content
            excluded: Vec::new(), // @feature exclude
        }
    }
}

/// One thing to do. Paths are below the source or the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    MakeFolder(PathBuf),
    Copy(PathBuf),
    Update(PathBuf),
    // @feature delete
    Delete(PathBuf),
    // @end
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Action::MakeFolder(path) => write!(f, "folder {}", path.display()),
            Action::Copy(path) => write!(f, "copy   {}", path.display()),
            Action::Update(path) => write!(f, "update {}", path.display()),
            // @feature delete
            Action::Delete(path) => write!(f, "delete {}", path.display()),
            // @end
        }
    }
}

/// What is to be done, and what cannot be.
#[derive(Debug, Default)]
pub struct Plan {
    pub actions: Vec<Action>,
    pub problems: Vec<String>,
}

/// Everything below a folder by its path below it; a folder comes before what is in it. Links
/// are listed but not followed.
fn scan(root: &Path, problems: &mut Vec<String>) -> BTreeMap<PathBuf, Metadata> {
    let mut found = BTreeMap::new();
    let mut todo = vec![PathBuf::new()];
    while let Some(folder) = todo.pop() {
        let mut step = || -> io::Result<()> {
            for entry in fs::read_dir(root.join(&folder))? {
                let entry = entry?;
                let path = folder.join(entry.file_name());
                let about = entry.metadata()?;
                if about.is_dir() {
                    todo.push(path.clone());
                }
                found.insert(path, about);
            }
            Ok(())
        };
        if let Err(error) = step() {
            problems.push(format!("{}: {error}", root.join(&folder).display()));
        }
    }
    found
}

/// Compares the folders. The target need not exist; the source must.
pub fn plan(source: &Path, target: &Path, options: &Options) -> Result<Plan, String> {
    let origin = source
        .canonicalize()
        .map_err(|error| format!("{}: {error}", source.display()))?;
    if !origin.is_dir() {
        return Err(format!("{} is not a folder", source.display()));
    }
    if let Ok(end) = target.canonicalize() {
        if end.starts_with(&origin) || origin.starts_with(&end) {
            return Err("one of the folders is within the other".to_string());
        }
    }
    let mut plan = Plan::default();
    let wanted = scan(source, &mut plan.problems);
    let existing = match target.exists() {
        true => scan(target, &mut plan.problems),
        false => BTreeMap::new(),
    };
    // @feature delete
    // After a source that could not be read whole, nothing is known to be superfluous.
    let complete = plan.problems.is_empty();
    // @end
    // @feature exclude
    let (mut wanted, mut existing) = (wanted, existing);
    wanted.retain(|path, _| !options.excludes(path));
    existing.retain(|path, _| !options.excludes(path));
    // @end
    for (path, about) in &wanted {
        let there = existing.get(path);
        if about.is_dir() {
            match there {
                None => plan.actions.push(Action::MakeFolder(path.clone())),
                Some(there) if there.is_dir() => {}
                Some(_) => plan.conflict(path),
            }
        } else if about.is_file() {
            match there {
                None => plan.actions.push(Action::Copy(path.clone())),
                Some(there) if !there.is_file() => plan.conflict(path),
                Some(there) => {
                    let changed = options.differ(about, there);
                    // @feature content
                    let changed = match options.content && about.len() == there.len() {
                        true => same_bytes(&source.join(path), &target.join(path)).map(|s| !s),
                        false => changed,
                    };
                    // @end
                    match changed {
                        Ok(true) => plan.actions.push(Action::Update(path.clone())),
                        Ok(false) => {}
                        Err(error) => plan.problems.push(format!("{}: {error}", path.display())),
                    }
                }
            }
        }
    }
    // @feature delete
    if options.delete && complete {
        // What is in a folder goes before the folder.
        let extra = existing
            .keys()
            .rev()
            .filter(|path| !wanted.contains_key(*path));
        plan.actions.extend(extra.cloned().map(Action::Delete));
    }
    // @end
    Ok(plan)
}

impl Plan {
    fn conflict(&mut self, path: &Path) {
        let message = format!("{}: not of the same kind in the target", path.display());
        self.problems.push(message);
    }
}

impl Options {
    // @feature exclude
    fn excludes(&self, path: &Path) -> bool {
        path.iter()
            .any(|part| self.excluded.iter().any(|name| part == name.as_str()))
    }
    // @end

    /// Whether size or time tell that a file has to be copied again.
    fn differ(&self, from: &Metadata, to: &Metadata) -> io::Result<bool> {
        let (one, other) = (from.modified()?, to.modified()?);
        Ok(from.len() != to.len() || distance(one, other) > self.tolerance)
    }
}

fn distance(one: SystemTime, other: SystemTime) -> Duration {
    one.duration_since(other).unwrap_or_else(|e| e.duration())
}

// @feature content
fn same_bytes(left: &Path, right: &Path) -> io::Result<bool> {
    use std::io::{BufRead, BufReader};
    let mut left = BufReader::with_capacity(1 << 16, File::open(left)?);
    let mut right = BufReader::with_capacity(1 << 16, File::open(right)?);
    loop {
        let (one, other) = (left.fill_buf()?, right.fill_buf()?);
        let count = one.len().min(other.len());
        if one[..count] != other[..count] {
            return Ok(false);
        }
        if count == 0 {
            return Ok(one.is_empty() && other.is_empty());
        }
        left.consume(count);
        right.consume(count);
    }
}
// @end

/// Does one action.
pub fn carry_out(action: &Action, source: &Path, target: &Path) -> Result<(), String> {
    let result = match action {
        Action::MakeFolder(path) => fs::create_dir_all(target.join(path)),
        Action::Copy(path) | Action::Update(path) => {
            copy_file(&source.join(path), &target.join(path))
        }
        // @feature delete
        Action::Delete(path) => {
            let path = target.join(path);
            match path.symlink_metadata().is_ok_and(|about| about.is_dir()) {
                true => fs::remove_dir(path),
                false => fs::remove_file(path),
            }
        }
        // @end
    };
    result.map_err(|error| format!("{action}: {error}"))
}

/// Copies under another name first: whoever is interrupted leaves the old file whole.
fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    let partial = to.with_file_name(format!(".{name}.partial"));
    let copied = fs::copy(from, &partial).and_then(|_| {
        let modified = fs::metadata(from)?.modified()?;
        // A file that may only be read cannot be opened for writing; its time stays new then.
        if let Ok(file) = File::options().write(true).open(&partial) {
            file.set_modified(modified)?;
        }
        fs::rename(&partial, to)
    });
    if copied.is_err() {
        // It may not be there at all; the first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    copied
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Two folders for one test, removed at its end.
    struct Pair(PathBuf);

    impl Pair {
        fn new(source: &[(&str, &str)]) -> Pair {
            static COUNT: AtomicUsize = AtomicUsize::new(0);
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let root = std::env::temp_dir().join(format!("sync-{}-{number}", std::process::id()));
            let pair = Pair(root);
            fs::create_dir_all(pair.source()).unwrap();
            source
                .iter()
                .for_each(|(name, text)| pair.write("source", name, text));
            pair
        }

        fn source(&self) -> PathBuf {
            self.0.join("source")
        }

        fn target(&self) -> PathBuf {
            self.0.join("target")
        }

        fn write(&self, side: &str, name: &str, text: &str) {
            let path = self.0.join(side).join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }

        fn plan(&self, options: &Options) -> Vec<String> {
            let plan = plan(&self.source(), &self.target(), options).unwrap();
            plan.actions.iter().map(ToString::to_string).collect()
        }

        fn sync(&self, options: &Options) {
            for action in plan(&self.source(), &self.target(), options)
                .unwrap()
                .actions
            {
                carry_out(&action, &self.source(), &self.target()).unwrap();
            }
        }

        fn read(&self, name: &str) -> Option<String> {
            fs::read_to_string(self.target().join(name)).ok()
        }
    }

    impl Drop for Pair {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn everything_is_copied_once() {
        let pair = Pair::new(&[("a", "one"), ("in/deep/b", "two")]);
        let expected = [
            "copy   a",
            "folder in",
            "folder in/deep",
            "copy   in/deep/b",
        ];
        assert_eq!(pair.plan(&Options::default()), expected);
        assert!(!pair.target().exists(), "planning must not change anything");
        pair.sync(&Options::default());
        assert_eq!(pair.read("in/deep/b").as_deref(), Some("two"));
        assert!(pair.plan(&Options::default()).is_empty());
    }

    #[test]
    fn another_size_or_time_is_a_change() {
        let pair = Pair::new(&[("size", "1"), ("time", "1"), ("same", "1")]);
        pair.sync(&Options::default());
        pair.write("source", "size", "22");
        let file = File::options()
            .write(true)
            .open(pair.source().join("time"))
            .unwrap();
        file.set_modified(SystemTime::now() + Duration::from_secs(1_000_000))
            .unwrap();
        assert_eq!(
            pair.plan(&Options::default()),
            ["update size", "update time"]
        );
        pair.sync(&Options::default());
        assert!(pair.plan(&Options::default()).is_empty());
    }

    #[test]
    fn extra_files_stay_unless_told_otherwise() {
        let pair = Pair::new(&[("a", "1")]);
        pair.write("target", "mine", "kept");
        pair.sync(&Options::default());
        assert_eq!(pair.read("mine").as_deref(), Some("kept"));
    }

    #[test]
    fn files_do_not_replace_folders() {
        let pair = Pair::new(&[("a", "file"), ("b/c", "folder")]);
        pair.write("target", "a/x", "folder");
        pair.write("target", "b", "file");
        let plan = plan(&pair.source(), &pair.target(), &Options::default()).unwrap();
        assert_eq!(plan.problems.len(), 2);
    }

    #[test]
    fn folders_must_be_apart_and_the_source_must_exist() {
        let pair = Pair::new(&[("in/a", "1")]);
        let (source, options) = (pair.source(), Options::default());
        assert!(plan(&source, &source.join("in"), &options).is_err());
        assert!(plan(&source.join("in"), &source, &options).is_err());
        assert!(plan(&source.join("gone"), &pair.target(), &options).is_err());
        assert!(plan(&source.join("in/a"), &pair.target(), &options).is_err());
    }

    // @feature delete
    #[test]
    fn what_the_source_lacks_is_deleted() {
        let pair = Pair::new(&[("a", "1")]);
        pair.write("target", "old/deep/file", "x");
        let options = Options {
            delete: true,
            ..Options::default()
        };
        pair.sync(&options);
        assert!(!pair.target().join("old").exists() && pair.read("a").is_some());
    }
    // @end

    // @feature content
    #[test]
    fn bytes_are_compared() {
        let long = "x".repeat(200_000);
        let pair = Pair::new(&[("a", "one"), ("b", &long)]);
        pair.sync(&Options::default());
        pair.write("source", "a", "two");
        let options = Options {
            content: true,
            ..Options::default()
        };
        assert_eq!(pair.plan(&options), ["update a"]);
    }
    // @end

    // @feature exclude
    #[test]
    fn excluded_names_are_left_out() {
        let pair = Pair::new(&[("a", "1"), ("target/b", "2"), ("c/target", "3")]);
        let options = Options {
            excluded: vec!["target".to_string()],
            ..Options::default()
        };
        assert_eq!(pair.plan(&options), ["copy   a", "folder c"]);
    }
    // @end
}
