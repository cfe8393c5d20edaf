//! A file to which records are only ever appended, with an index in memory.
//!
//! After eight bytes that mark the file, every record is: length of its data and checksum (four
//! bytes each, least significant first), then the data: length of the kind (one byte), kind,
//! text. A record that was cut short at the end, as by a loss of power, is dropped on opening.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};

/// Bytes that the data of a record may have.
pub const MAX_RECORD: usize = 1048576; // @slot max_record

const MAGIC: [u8; 8] = *b"EVLOG01\n";
const HEAD: u64 = 8;

/// What a log is kept in.
pub trait Storage: Read + Write + Seek {
    /// Drops everything behind `length`.
    fn cut(&mut self, length: u64) -> io::Result<()>;
    /// Makes sure that what was written outlives a loss of power.
    fn sync(&mut self) -> io::Result<()>;
}

impl Storage for File {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.set_len(length)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

impl Storage for Cursor<Vec<u8>> {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.get_mut().truncate(length as usize);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[derive(Debug)]
pub enum LogError {
    Io(io::Error),
    NotALog,
    Damaged { record: usize, offset: u64 },
    TooLarge,
    BadKind(String),
    NoRecord(usize),
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            LogError::Io(error) => write!(f, "{error}"),
            LogError::NotALog => write!(f, "this is not an event log"),
            LogError::Damaged { record, offset } => {
                write!(f, "record {record} at byte {offset} is damaged")
            }
            LogError::TooLarge => write!(f, "a record has at most {MAX_RECORD} bytes"),
            LogError::BadKind(kind) => write!(f, "'{kind}' is not one word of up to 255 bytes"),
            LogError::NoRecord(number) => write!(f, "there is no record {number}"),
        }
    }
}

impl std::error::Error for LogError {}

impl From<io::Error> for LogError {
    fn from(error: io::Error) -> Self {
        LogError::Io(error)
    }
}

/// One event: its number, counted from 1, what kind it is of, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub number: usize,
    pub kind: String,
    pub text: String,
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {} {}", self.number, self.kind, self.text)
    }
}

/// A log with the places of its records.
#[derive(Debug)]
pub struct EventLog<S> {
    storage: S,
    offsets: Vec<u64>,
    end: u64,
    dropped: u64,
}

impl<S: Storage> EventLog<S> {
    /// Reads the index and checks every record. An empty storage becomes an empty log.
    pub fn open(mut storage: S) -> Result<Self, LogError> {
        let length = storage.seek(SeekFrom::End(0))?;
        storage.seek(SeekFrom::Start(0))?;
        if length == 0 {
            storage.write_all(&MAGIC)?;
        } else {
            let mut magic = [0; MAGIC.len()];
            if length < MAGIC.len() as u64 {
                return Err(LogError::NotALog);
            }
            storage.read_exact(&mut magic)?;
            if magic != MAGIC {
                return Err(LogError::NotALog);
            }
        }
        let mut log = EventLog {
            storage,
            offsets: Vec::new(),
            end: MAGIC.len() as u64,
            dropped: 0,
        };
        while log.end < length {
            let next = log.check_record(log.end, length)?;
            match next {
                Some(next) => {
                    log.offsets.push(log.end);
                    log.end = next;
                }
                None => {
                    log.dropped = length - log.end;
                    log.storage.cut(log.end)?;
                    break;
                }
            }
        }
        Ok(log)
    }

    /// Where the record ends; nothing if it is the last one and incomplete.
    fn check_record(&mut self, offset: u64, length: u64) -> Result<Option<u64>, LogError> {
        let left = length - offset;
        if left < HEAD {
            return Ok(None);
        }
        let (size, sum) = self.read_head(offset)?;
        let end = offset + HEAD + u64::from(size);
        if end > length {
            return Ok(None);
        }
        let damaged = LogError::Damaged {
            record: self.offsets.len() + 1,
            offset,
        };
        if size as usize > MAX_RECORD {
            return Err(damaged);
        }
        let data = self.read_data(size)?;
        match checksum(&data) == sum && decode(0, &data).is_some() {
            true => Ok(Some(end)),
            false if end == length => Ok(None),
            false => Err(damaged),
        }
    }

    fn read_head(&mut self, offset: u64) -> Result<(u32, u32), LogError> {
        self.storage.seek(SeekFrom::Start(offset))?;
        let (mut size, mut sum) = ([0; 4], [0; 4]);
        self.storage.read_exact(&mut size)?;
        self.storage.read_exact(&mut sum)?;
        Ok((u32::from_le_bytes(size), u32::from_le_bytes(sum)))
    }

    fn read_data(&mut self, size: u32) -> Result<Vec<u8>, LogError> {
        let mut data = vec![0; size as usize];
        self.storage.read_exact(&mut data)?;
        Ok(data)
    }

    pub fn len(&self) -> usize {
        self.offsets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.offsets.is_empty()
    }

    /// Bytes of an incomplete record that were dropped on opening.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Appends a record and returns its number. It is on disk when this returns.
    pub fn append(&mut self, kind: &str, text: &str) -> Result<usize, LogError> {
        let blank = |c: char| c.is_whitespace() || c.is_control();
        let length = u8::try_from(kind.len())
            .ok()
            .filter(|n| *n > 0 && !kind.contains(blank));
        let length = length.ok_or_else(|| LogError::BadKind(kind.to_string()))?;
        let data = [&[length], kind.as_bytes(), text.as_bytes()].concat();
        let size = u32::try_from(data.len())
            .ok()
            .filter(|_| data.len() <= MAX_RECORD);
        let size = size.ok_or(LogError::TooLarge)?;
        let mut bytes = size.to_le_bytes().to_vec();
        bytes.extend(checksum(&data).to_le_bytes());
        bytes.extend(data);
        self.storage.seek(SeekFrom::Start(self.end))?;
        if let Err(error) = self
            .storage
            .write_all(&bytes)
            .and_then(|()| self.storage.sync())
        {
            // Half a record must not stay before the next one.
            let _ = self.storage.cut(self.end);
            return Err(error.into());
        }
        self.offsets.push(self.end);
        self.end += bytes.len() as u64;
        Ok(self.offsets.len())
    }

    /// Reads one record by its number.
    pub fn get(&mut self, number: usize) -> Result<Record, LogError> {
        let place = number
            .checked_sub(1)
            .and_then(|at| self.offsets.get(at).copied());
        let offset = place.ok_or(LogError::NoRecord(number))?;
        let damaged = LogError::Damaged {
            record: number,
            offset,
        };
        let (size, sum) = self.read_head(offset)?;
        if size as usize > MAX_RECORD {
            return Err(damaged);
        }
        let data = self.read_data(size)?;
        match decode(number, &data) {
            Some(record) if checksum(&data) == sum => Ok(record),
            _ => Err(damaged),
        }
    }

    /// Reads the records from a number on, the oldest first.
    pub fn since(&mut self, first: usize) -> impl Iterator<Item = Result<Record, LogError>> + '_ {
        (first.max(1)..=self.len()).map(|number| self.get(number))
    }

    // @feature find
    /// The records of a kind.
    pub fn of_kind(&mut self, kind: &str) -> Result<Vec<Record>, LogError> {
        let wanted = |record: &Result<Record, LogError>| match record {
            Ok(record) => record.kind == kind,
            Err(_) => true,
        };
        self.since(1).filter(wanted).collect()
    }
    // @end

    // @feature stats
    /// How many records there are of every kind.
    pub fn kinds(&mut self) -> Result<std::collections::BTreeMap<String, usize>, LogError> {
        let mut counts = std::collections::BTreeMap::new();
        for record in self.since(1) {
            *counts.entry(record?.kind).or_insert(0) += 1;
        }
        Ok(counts)
    }
    // @end

    /// Gives the storage back.
    pub fn into_storage(self) -> S {
        self.storage
    }
}

// @feature export
/// A record as a line of JSON.
pub fn to_json(record: &Record) -> String {
    let quote = |text: &str| {
        let mut quoted = String::new();
        for c in text.chars() {
            match c {
                '"' | '\\' => quoted.extend(['\\', c]),
                c if c.is_control() => quoted += &format!("\\u{:04x}", c as u32),
                c => quoted.push(c),
            }
        }
        format!("\"{quoted}\"")
    };
    let (kind, text) = (quote(&record.kind), quote(&record.text));
    format!(
        "{{\"number\":{},\"kind\":{kind},\"text\":{text}}}",
        record.number
    )
}
// @end

fn decode(number: usize, data: &[u8]) -> Option<Record> {
    let (length, rest) = data.split_first()?;
    let (kind, text) = rest.split_at_checked(usize::from(*length))?;
    let string = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).ok();
    Some(Record {
        number,
        kind: string(kind)?,
        text: string(text)?,
    })
}

/// CRC-32 as in many file formats.
fn checksum(data: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| {
        let shift = |sum: u32, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg());
        (0..8).fold(sum ^ u32::from(*byte), shift)
    };
    !data.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    type Memory = EventLog<Cursor<Vec<u8>>>;

    fn filled() -> Memory {
        let mut log = EventLog::open(Cursor::new(Vec::new())).unwrap();
        assert_eq!(log.append("created", "order 1").unwrap(), 1);
        assert_eq!(log.append("paid", "order 1, \"cash\"").unwrap(), 2);
        assert_eq!(log.append("created", "").unwrap(), 3);
        log
    }

    fn bytes(log: Memory) -> Vec<u8> {
        log.into_storage().into_inner()
    }

    fn open(bytes: &[u8]) -> Result<Memory, LogError> {
        EventLog::open(Cursor::new(bytes.to_vec()))
    }

    #[test]
    fn records_are_read_back_in_any_order() {
        let mut log = open(&bytes(filled())).unwrap();
        assert_eq!(log.len(), 3);
        assert_eq!(log.get(2).unwrap().text, "order 1, \"cash\"");
        assert_eq!(log.get(1).unwrap().to_string(), "1 created order 1");
        assert!(matches!(log.get(0), Err(LogError::NoRecord(0))));
        assert!(matches!(log.get(4), Err(LogError::NoRecord(4))));
        assert_eq!(
            log.since(2)
                .map(|record| record.unwrap().number)
                .collect::<Vec<_>>(),
            [2, 3]
        );
    }

    #[test]
    fn a_record_that_was_cut_short_is_dropped() {
        let whole = bytes(filled());
        let last = *open(&whole).unwrap().offsets.last().unwrap() as usize;
        for length in last + 1..whole.len() {
            let mut log = open(&whole[..length]).unwrap();
            assert_eq!((log.len(), log.dropped()), (2, (length - last) as u64));
            assert_eq!(log.append("again", "x").unwrap(), 3);
            assert_eq!(open(&bytes(log)).unwrap().get(3).unwrap().text, "x");
        }
    }

    #[test]
    fn damage_in_the_middle_is_found() {
        let mut damaged = bytes(filled());
        damaged[20] ^= 1;
        let error = open(&damaged).unwrap_err();
        assert_eq!(error.to_string(), "record 1 at byte 8 is damaged");
    }

    #[test]
    fn other_files_are_refused() {
        assert!(matches!(open(b"hello, world"), Err(LogError::NotALog)));
        assert!(matches!(open(b"EV"), Err(LogError::NotALog)));
        assert!(open(b"").unwrap().is_empty());
    }

    #[test]
    fn wrong_records_are_refused() {
        let mut log = filled();
        for kind in ["", "two words", &"k".repeat(256)] {
            assert!(matches!(log.append(kind, "x"), Err(LogError::BadKind(_))));
        }
        let large = "x".repeat(MAX_RECORD);
        assert!(matches!(
            log.append("kind", &large),
            Err(LogError::TooLarge)
        ));
        assert_eq!(log.len(), 3);
    }

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }

    // @feature find
    #[test]
    fn records_are_found_by_kind() {
        let found = filled().of_kind("created").unwrap();
        assert_eq!(
            found.iter().map(|record| record.number).collect::<Vec<_>>(),
            [1, 3]
        );
    }
    // @end

    // @feature stats
    #[test]
    fn kinds_are_counted() {
        let kinds: Vec<_> = filled().kinds().unwrap().into_iter().collect();
        assert_eq!(kinds, [("created".to_string(), 2), ("paid".to_string(), 1)]);
    }
    // @end

    // @feature export
    #[test]
    fn json_is_escaped() {
        let record = Record {
            number: 1,
            kind: "a".to_string(),
            text: "\"\\\n".to_string(),
        };
        assert_eq!(
            to_json(&record),
            r#"{"number":1,"kind":"a","text":"\"\\\u000a"}"#
        );
    }
    // @end
}
