//! Counts words in many files at once: each worker thread counts on its own, and the counts are
//! added up at the end, so that the threads never wait for one another.

use std::collections::HashMap;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::ops::AddAssign;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How words are told from one another.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// `The` and `the` are different words.
    pub case_sensitive: bool,
    /// Characters that a word has at least.
    pub shortest: usize,
    pub stop_words: Vec<String>, // @feature stopwords
}

/// What was found in one or more texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    pub files: usize,
    pub lines: usize,
    pub words: usize,
    pub bytes: usize,
    pub of: HashMap<String, usize>,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.files += other.files;
        self.lines += other.lines;
        self.words += other.words;
        self.bytes += other.bytes;
        for (word, count) in other.of {
            *self.of.entry(word).or_insert(0) += count;
        }
    }
}

impl Counts {
    /// Counts a text, line by line, so that its size does not matter.
    pub fn read(input: impl Read, rules: &Rules) -> io::Result<Counts> {
        let mut counts = Counts {
            files: 1,
            ..Counts::default()
        };
        let mut reader = BufReader::new(input);
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 {
            counts.lines += 1;
            counts.bytes += line.len();
            counts.add_line(&String::from_utf8_lossy(&line), rules);
            line.clear();
        }
        Ok(counts)
    }

    fn add_line(&mut self, line: &str, rules: &Rules) {
        // An apostrophe or hyphen belongs to a word when it stands inside.
        let pieces = line.split(|c: char| !c.is_alphanumeric() && !"'\u{2019}-".contains(c));
        for piece in pieces {
            let word = piece.trim_matches(|c: char| !c.is_alphanumeric());
            if word.is_empty() || word.chars().count() < rules.shortest {
                continue;
            }
            let word = if rules.case_sensitive {
                word.to_string()
            } else {
                word.to_lowercase()
            };
            // @feature stopwords
            if rules.stop_words.contains(&word) {
                continue;
            }
            // @end
            self.words += 1;
            *self.of.entry(word).or_insert(0) += 1;
        }
    }

    /// The most frequent words, equal ones by the alphabet.
    pub fn top(&self, count: usize) -> Vec<(&str, usize)> {
        let mut all: Vec<(&str, usize)> = self
            .of
            .iter()
            .map(|(word, n)| (word.as_str(), *n))
            .collect();
        all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        all.truncate(count);
        all
    }
}

/// A file that could not be read.
#[derive(Debug)]
pub struct FileError {
    pub path: PathBuf,
    pub error: io::Error,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for FileError {}

/// Counts of all files together, and those that could not be read, in the order given.
pub fn count_files(paths: &[PathBuf], workers: usize, rules: &Rules) -> (Counts, Vec<FileError>) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut counts = Counts::default();
        let mut errors = Vec::new();
        // Whoever is free takes the next file, so that one large file holds up one worker only.
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = paths.get(number) else {
                return (counts, errors);
            };
            match File::open(path).and_then(|file| Counts::read(file, rules)) {
                Ok(found) => counts += found,
                Err(error) => errors.push((
                    number,
                    FileError {
                        path: path.clone(),
                        error,
                    },
                )),
            }
        }
    };
    let mut total = Counts::default();
    let mut errors = Vec::new();
    thread::scope(|scope| {
        let workers = workers.clamp(1, paths.len().max(1));
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        for thread in threads {
            match thread.join() {
                Ok((counts, failed)) => {
                    total += counts;
                    errors.extend(failed);
                }
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    errors.sort_by_key(|(number, _)| *number);
    (total, errors.into_iter().map(|(_, error)| error).collect())
}

// @feature folders
/// The files below a folder in order of their names; links are not followed.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let failed = |path: &Path, error| FileError {
        path: path.to_path_buf(),
        error,
    };
    let mut files = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| failed(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let kind = entry
                .file_type()
                .map_err(|error| failed(&entry.path(), error))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
// @end

/// The files meant by arguments.
pub fn expand(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for path in arguments {
        // @feature folders
        if Path::is_dir(path) {
            files.extend(files_below(path)?);
            continue;
        }
        // @end
        // @without folders
        //| if Path::is_dir(path) {
        //|     let error = io::Error::other("is a folder");
        //|     return Err(FileError { path: path.clone(), error });
        //| }
        // @end
        files.push(path.clone());
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn counted(text: &str, rules: &Rules) -> Counts {
        Counts::read(text.as_bytes(), rules).unwrap()
    }

    /// A folder of its own for a test, removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("words-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("inner")).unwrap();
            Folder(path)
        }

        fn file(&self, name: &str, text: &str) -> PathBuf {
            let path = self.0.join(name);
            fs::write(&path, text).unwrap();
            path
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn words_are_told_apart() {
        let counts = counted(
            "Don't stop -- well-known 'quotes', caf\u{e9}!\n\nstop",
            &Rules::default(),
        );
        assert_eq!((counts.lines, counts.words, counts.bytes), (3, 6, 47));
        assert_eq!(counts.top(1), [("stop", 2)]);
        for word in ["don't", "well-known", "quotes", "caf\u{e9}"] {
            assert_eq!(counts.of.get(word), Some(&1), "{word}");
        }
    }

    #[test]
    fn rules_change_what_is_counted() {
        let rules = Rules {
            case_sensitive: true,
            shortest: 3,
            ..Rules::default()
        };
        let counts = counted("The the a of the", &rules);
        assert_eq!(counts.top(9), [("the", 2), ("The", 1)]);
    }

    #[test]
    fn ties_are_broken_by_the_alphabet() {
        let counts = counted("b a c a b d", &Rules::default());
        assert_eq!(counts.top(3), [("a", 2), ("b", 2), ("c", 1)]);
    }

    #[test]
    fn any_number_of_workers_counts_the_same() {
        let folder = Folder::new("workers");
        let files: Vec<PathBuf> = (0..20)
            .map(|n| {
                folder.file(
                    &format!("{n}.txt"),
                    &format!("all files\nword{n} {}", "x ".repeat(n)),
                )
            })
            .collect();
        let (alone, errors) = count_files(&files, 1, &Rules::default());
        assert!(errors.is_empty());
        assert_eq!((alone.files, alone.words, alone.of["x"]), (20, 250, 190));
        for workers in [2, 7, 64] {
            assert_eq!(count_files(&files, workers, &Rules::default()).0, alone);
        }
    }

    #[test]
    fn missing_files_do_not_stop_the_others() {
        let folder = Folder::new("missing");
        let files = [
            folder.0.join("none"),
            folder.file("a", "one two"),
            folder.0.join("nil"),
        ];
        let (counts, errors) = count_files(&files, 3, &Rules::default());
        assert_eq!((counts.files, counts.words), (1, 2));
        let paths: Vec<&PathBuf> = errors.iter().map(|error| &error.path).collect();
        assert_eq!(paths, [&files[0], &files[2]]);
        assert_eq!(count_files(&[], 3, &Rules::default()).0, Counts::default());
    }

    // @feature folders
    #[test]
    fn folders_are_searched() {
        let folder = Folder::new("folders");
        let expected = [folder.file("a.txt", ""), folder.file("inner/b.txt", "")];
        assert_eq!(expand(std::slice::from_ref(&folder.0)).unwrap(), expected);
        assert!(files_below(&folder.0.join("none")).is_err());
    }
    // @end

    // @without folders
    //| #[test]
    //| fn folders_are_refused() {
    //|     let folder = Folder::new("refused");
    //|     assert!(expand(std::slice::from_ref(&folder.0)).is_err());
    //| }
    // @end

    // @feature stopwords
    #[test]
    fn stop_words_are_left_out() {
        let stop_words = vec!["the".to_string()];
        let rules = Rules {
            stop_words,
            ..Rules::default()
        };
        assert_eq!(counted("The cat the hat", &rules).words, 2);
    }
    // @end
}
