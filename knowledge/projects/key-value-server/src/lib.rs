//! A key-value store that clients talk to over TCP, one command per line.

pub mod server;

use std::collections::BTreeMap;
use std::fmt;
// @feature persistence
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
// @end
// @feature expiry
use std::time::{Duration, Instant};
// @end

/// The longest key, in bytes.
pub const MAX_KEY: usize = 256; // @slot key
/// Keys that are kept; further ones are refused.
pub const MAX_ENTRIES: usize = 100000; // @slot entries

/// What a client may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    Set(String, String),
    Get(String),
    Del(String),
    Keys(String),
    Count,
    Add(String, i64),    // @feature counters
    Expire(String, u64), // @feature expiry
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    Ok,
    Value(String),
    Nil,
    Number(i64),
    List(Vec<String>),
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Reply::Ok => f.write_str("OK"),
            Reply::Value(value) => write!(f, "VALUE {value}"),
            Reply::Nil => f.write_str("NIL"),
            Reply::Number(number) => write!(f, "NUMBER {number}"),
            Reply::List(items) => write!(f, "LIST {}", items.join(" ")),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreError {
    UnknownCommand(String),
    Usage(&'static str),
    KeyTooLong,
    Full,
    NotANumber(String), // @feature counters
    Disk(String),       // @feature persistence
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            StoreError::UnknownCommand(name) => write!(f, "unknown command '{name}'"),
            StoreError::Usage(usage) => write!(f, "usage: {usage}"),
            StoreError::KeyTooLong => write!(f, "keys have at most {MAX_KEY} bytes"),
            StoreError::Full => write!(f, "there are {MAX_ENTRIES} keys already"),
            StoreError::NotANumber(key) => write!(f, "the value of '{key}' is no whole number"), // @feature counters
            StoreError::Disk(message) => write!(f, "not written: {message}"), // @feature persistence
        }
    }
}

impl std::error::Error for StoreError {}

impl Command {
    /// Reads a line such as `SET name value with spaces`. The name may be in any case.
    pub fn parse(line: &str) -> Result<Command, StoreError> {
        let (name, rest) = split(line);
        let (key, value) = split(rest);
        let key_of = |usage| match key.len() {
            0 => Err(StoreError::Usage(usage)),
            length if length > MAX_KEY => Err(StoreError::KeyTooLong),
            _ => Ok(key.to_string()),
        };
        let only_key = |usage| match value {
            "" => key_of(usage),
            _ => Err(StoreError::Usage(usage)),
        };
        match name.to_ascii_uppercase().as_str() {
            "SET" if value.is_empty() => Err(StoreError::Usage("SET KEY VALUE")),
            "SET" => Ok(Command::Set(key_of("SET KEY VALUE")?, value.to_string())),
            "GET" => Ok(Command::Get(only_key("GET KEY")?)),
            "DEL" => Ok(Command::Del(only_key("DEL KEY")?)),
            "KEYS" => Ok(Command::Keys(key.to_string())),
            "COUNT" if key.is_empty() => Ok(Command::Count),
            "COUNT" => Err(StoreError::Usage("COUNT")),
            // @feature counters
            "ADD" => match value.parse() {
                Ok(number) => Ok(Command::Add(key_of("ADD KEY NUMBER")?, number)),
                Err(_) => Err(StoreError::Usage("ADD KEY NUMBER")),
            },
            // @end
            // @feature expiry
            "EXPIRE" => match value.parse() {
                Ok(seconds) => Ok(Command::Expire(key_of("EXPIRE KEY SECONDS")?, seconds)),
                Err(_) => Err(StoreError::Usage("EXPIRE KEY SECONDS")),
            },
            // @end
            _ => Err(StoreError::UnknownCommand(name.to_string())),
        }
    }
}

/// The first word, and the rest without blanks around it.
fn split(line: &str) -> (&str, &str) {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim_start())
}

/// Keys and values in order of the keys.
#[derive(Debug, Default)]
pub struct Store {
    entries: BTreeMap<String, String>,
    deadlines: BTreeMap<String, Instant>, // @feature expiry
    log: Option<File>,                    // @feature persistence
}

impl Store {
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Does what a line asks for.
    pub fn run(&mut self, line: &str) -> Result<Reply, StoreError> {
        self.execute(Command::parse(line)?)
    }

    pub fn execute(&mut self, command: Command) -> Result<Reply, StoreError> {
        // @feature expiry
        self.drop_expired(Instant::now());
        // @end
        match command {
            Command::Set(key, value) => {
                self.put(&key, value)?;
                // @feature expiry
                self.deadlines.remove(&key);
                // @end
                Ok(Reply::Ok)
            }
            // @feature expiry
            Command::Expire(key, seconds) => {
                let deadline = Instant::now().checked_add(Duration::from_secs(seconds));
                match (self.entries.contains_key(&key), deadline) {
                    (false, _) => return Ok(Reply::Nil),
                    (true, None) => self.deadlines.remove(&key),
                    (true, Some(deadline)) => self.deadlines.insert(key, deadline),
                };
                Ok(Reply::Ok)
            }
            // @end
            // @feature counters
            Command::Add(key, number) => {
                let old = self
                    .entries
                    .get(&key)
                    .map_or(Ok(0), |text| text.parse::<i64>());
                let sum = old.ok().and_then(|old| old.checked_add(number));
                let sum = sum.ok_or_else(|| StoreError::NotANumber(key.clone()))?;
                self.put(&key, sum.to_string())?;
                Ok(Reply::Number(sum))
            }
            // @end
            Command::Get(key) => Ok(match self.entries.get(&key) {
                Some(value) => Reply::Value(value.clone()),
                None => Reply::Nil,
            }),
            Command::Del(key) => {
                if !self.entries.contains_key(&key) {
                    return Ok(Reply::Nil);
                }
                self.remove(&key)?;
                Ok(Reply::Ok)
            }
            Command::Keys(prefix) => {
                let from = self.entries.range(prefix.clone()..);
                let keys = from
                    .map(|(key, _)| key)
                    .take_while(|key| key.starts_with(&prefix));
                Ok(Reply::List(keys.cloned().collect()))
            }
            Command::Count => Ok(Reply::Number(self.entries.len() as i64)),
        }
    }

    fn put(&mut self, key: &str, value: String) -> Result<(), StoreError> {
        if self.entries.len() >= MAX_ENTRIES && !self.entries.contains_key(key) {
            return Err(StoreError::Full);
        }
        // @feature persistence
        self.write(&format!("SET {key} {value}\n"))?;
        // @end
        self.entries.insert(key.to_string(), value);
        Ok(())
    }

    fn remove(&mut self, key: &str) -> Result<(), StoreError> {
        // @feature persistence
        self.write(&format!("DEL {key}\n"))?;
        // @end
        self.entries.remove(key);
        // @feature expiry
        self.deadlines.remove(key);
        // @end
        Ok(())
    }

    // @feature expiry
    fn drop_expired(&mut self, now: Instant) {
        let over: Vec<String> = self
            .deadlines
            .iter()
            .filter(|(_, deadline)| **deadline <= now)
            .map(|(key, _)| key.clone())
            .collect();
        for key in over {
            // What cannot be written now is tried again with the next command.
            let _ = self.remove(&key);
        }
    }
    // @end

    // @feature persistence
    /// The store of a file, which every change is written to. The file holds one command per line.
    pub fn open(path: &Path) -> io::Result<Store> {
        let mut store = Store::default();
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(error),
        };
        for (number, line) in text.lines().enumerate() {
            store.run(line).map_err(|error| {
                let message = format!("{}: line {}: {error}", path.display(), number + 1);
                io::Error::new(io::ErrorKind::InvalidData, message)
            })?;
        }
        store.log = Some(OpenOptions::new().create(true).append(true).open(path)?);
        Ok(store)
    }

    fn write(&mut self, line: &str) -> Result<(), StoreError> {
        match &mut self.log {
            Some(file) => file
                .write_all(line.as_bytes())
                .map_err(|error| StoreError::Disk(error.to_string())),
            None => Ok(()),
        }
    }
    // @end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(store: &mut Store, lines: &[&str]) -> Vec<String> {
        let reply = |line: &&str| match store.run(line) {
            Ok(reply) => reply.to_string(),
            Err(error) => error.to_string(),
        };
        lines.iter().map(reply).collect()
    }

    #[test]
    fn values_are_kept_replaced_and_removed() {
        let lines = [
            "set a one two",
            "GET a",
            "SET a 3",
            "get a",
            "DEL a",
            "GET a",
            "DEL a",
        ];
        let expected = ["OK", "VALUE one two", "OK", "VALUE 3", "OK", "NIL", "NIL"];
        assert_eq!(replies(&mut Store::default(), &lines), expected);
    }

    #[test]
    fn keys_are_listed_by_prefix() {
        let mut store = Store::default();
        replies(&mut store, &["SET b 1", "SET user:2 x", "SET user:1 y"]);
        let listed = replies(&mut store, &["KEYS user:", "KEYS", "COUNT"]);
        assert_eq!(
            listed,
            ["LIST user:1 user:2", "LIST b user:1 user:2", "NUMBER 3"]
        );
    }

    #[test]
    fn wrong_commands_are_explained() {
        let lines = ["FLY", "SET a", "GET", "GET a b", "COUNT x"];
        let expected = [
            "unknown command 'FLY'",
            "usage: SET KEY VALUE",
            "usage: GET KEY",
            "usage: GET KEY",
            "usage: COUNT",
        ];
        assert_eq!(replies(&mut Store::default(), &lines), expected);
    }

    #[test]
    fn keys_have_a_limit() {
        let line = |length| format!("SET {} x", "k".repeat(length));
        let mut store = Store::default();
        assert_eq!(store.run(&line(MAX_KEY)), Ok(Reply::Ok));
        assert_eq!(store.run(&line(MAX_KEY + 1)), Err(StoreError::KeyTooLong));
    }

    // @feature counters
    #[test]
    fn counters_add_up_without_overflow() {
        let lines = ["ADD n 5", "ADD n -7", "SET n x", "ADD n 1", "ADD n one"];
        let expected = [
            "NUMBER 5",
            "NUMBER -2",
            "OK",
            "the value of 'n' is no whole number",
            "usage: ADD KEY NUMBER",
        ];
        assert_eq!(replies(&mut Store::default(), &lines), expected);
        let big = format!("SET n {}", i64::MAX);
        assert!(replies(&mut Store::default(), &[&big, "ADD n 1"])[1].contains("no whole number"));
    }
    // @end

    // @feature expiry
    #[test]
    fn expired_values_are_gone() {
        let mut store = Store::default();
        let lines = [
            "SET a 1",
            "SET b 1",
            "EXPIRE a 100",
            "EXPIRE b 0",
            "EXPIRE c 1",
            "GET b",
            "GET a",
        ];
        let expected = ["OK", "OK", "OK", "OK", "NIL", "NIL", "VALUE 1"];
        assert_eq!(replies(&mut store, &lines), expected);
        store.drop_expired(Instant::now() + Duration::from_secs(101));
        assert!(store.is_empty() && store.deadlines.is_empty());
    }
    // @end

    // @feature persistence
    #[test]
    fn a_file_keeps_the_store() {
        let path = std::env::temp_dir().join(format!("store-test-{}.log", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let lines = ["SET a 1", "SET b two words", "DEL a"];
        assert_eq!(
            replies(&mut Store::open(&path).unwrap(), &lines),
            ["OK", "OK", "OK"]
        );
        let again = replies(&mut Store::open(&path).unwrap(), &["GET a", "GET b"]);
        assert_eq!(again, ["NIL", "VALUE two words"]);
        std::fs::write(&path, "nonsense\n").unwrap();
        let message = Store::open(&path).unwrap_err().to_string();
        std::fs::remove_file(&path).unwrap();
        assert!(
            message.ends_with("line 1: unknown command 'nonsense'"),
            "{message}"
        );
    }
    // @end
}
