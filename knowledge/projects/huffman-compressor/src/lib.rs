//! Huffman coding of bytes.
//!
//! Compressed form: the mark `HUF1`, the length (8 bytes), a checksum (4 bytes), the lengths of
//! the codes of all 256 bytes, and the codes. The codes follow from their lengths alone.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fmt;

/// The most bytes that are restored.
pub const LARGEST: u64 = 1000000000; // @slot largest

const MARK: &[u8; 4] = b"HUF1";
const HEADER: usize = 4 + 8 + 4 + 256;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HuffmanError {
    NotCompressed,
    TooLarge,
    Damaged,
}

impl fmt::Display for HuffmanError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            HuffmanError::NotCompressed => {
                write!(f, "the input was not compressed with this program")
            }
            HuffmanError::TooLarge => write!(f, "more than {LARGEST} bytes are not restored"),
            HuffmanError::Damaged => write!(f, "the input is damaged"),
        }
    }
}

impl std::error::Error for HuffmanError {}

/// The code of a byte: its lowest `length` bits, the first of them on the left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Code {
    pub bits: u64,
    pub length: u8,
}

/// The length of each byte's code. Bytes that do not occur have none.
fn code_lengths(bytes: &[u8]) -> [u8; 256] {
    let mut counts = [0u64; 256];
    bytes
        .iter()
        .for_each(|&byte| counts[usize::from(byte)] += 1);
    let used = (0..256).filter(|&byte| counts[byte] > 0);
    // The two rarest groups are joined again and again; all codes in them become longer.
    let mut heap: BinaryHeap<_> = used
        .map(|byte| Reverse((counts[byte], vec![byte])))
        .collect();
    let mut lengths = [0u8; 256];
    if heap.len() == 1 {
        heap.drain()
            .for_each(|Reverse((_, group))| lengths[group[0]] = 1);
    }
    while let (Some(Reverse((a, mut group))), Some(Reverse((b, other)))) = (heap.pop(), heap.pop())
    {
        group.extend(other);
        group.iter().for_each(|&byte| lengths[byte] += 1);
        heap.push(Reverse((a + b, group)));
        if heap.len() == 1 {
            break;
        }
    }
    lengths
}

/// Codes in order of length and byte, counted up. Nothing if the lengths cannot be those of codes.
fn codes(lengths: &[u8; 256]) -> Option<[Code; 256]> {
    let mut order: Vec<usize> = (0..256).filter(|&byte| lengths[byte] > 0).collect();
    order.sort_by_key(|&byte| lengths[byte]);
    let mut codes = [Code::default(); 256];
    let mut next: u64 = 0;
    let mut before = 0;
    for byte in order {
        let length = lengths[byte];
        if length > 63 {
            return None;
        }
        next <<= length - before;
        before = length;
        if next >> length > 0 {
            return None;
        }
        codes[byte] = Code { bits: next, length };
        next += 1;
    }
    Some(codes)
}

/// A checksum (Fletcher's) that notices changed and exchanged bytes.
pub fn checksum(bytes: &[u8]) -> u32 {
    let (mut sum, mut sums) = (1u32, 0u32);
    for &byte in bytes {
        sum = (sum + u32::from(byte)) % 65521;
        sums = (sums + sum) % 65521;
    }
    sums << 16 | sum
}

pub fn compress(bytes: &[u8]) -> Vec<u8> {
    let lengths = code_lengths(bytes);
    let mut output = Vec::with_capacity(HEADER + bytes.len());
    output.extend(MARK);
    output.extend((bytes.len() as u64).to_le_bytes());
    output.extend(checksum(bytes).to_le_bytes());
    output.extend(lengths);
    // Lengths made from less than 2^40 bytes stay below 64 bits.
    let codes = codes(&lengths).unwrap_or([Code::default(); 256]);
    let (mut buffer, mut filled) = (0u128, 0u32);
    for &byte in bytes {
        let code = codes[usize::from(byte)];
        buffer = buffer << code.length | u128::from(code.bits);
        filled += u32::from(code.length);
        while filled >= 8 {
            filled -= 8;
            output.push((buffer >> filled) as u8);
        }
        buffer &= (1 << filled) - 1;
    }
    if filled > 0 {
        output.push((buffer << (8 - filled)) as u8);
    }
    output
}

pub fn decompress(input: &[u8]) -> Result<Vec<u8>, HuffmanError> {
    let rest = input
        .strip_prefix(MARK)
        .ok_or(HuffmanError::NotCompressed)?;
    let (length, rest) = rest.split_first_chunk::<8>().ok_or(HuffmanError::Damaged)?;
    let (sum, rest) = rest.split_first_chunk::<4>().ok_or(HuffmanError::Damaged)?;
    let (lengths, data) = rest
        .split_first_chunk::<256>()
        .ok_or(HuffmanError::Damaged)?;
    let length = u64::from_le_bytes(*length);
    if length > LARGEST {
        return Err(HuffmanError::TooLarge);
    }
    // Every byte takes at least a bit, so a wrong length is noticed before memory is taken.
    if length > data.len() as u64 * 8 {
        return Err(HuffmanError::Damaged);
    }
    let bytes = decode(data, lengths, length as usize).ok_or(HuffmanError::Damaged)?;
    match checksum(&bytes) == u32::from_le_bytes(*sum) {
        true => Ok(bytes),
        false => Err(HuffmanError::Damaged),
    }
}

fn decode(data: &[u8], lengths: &[u8; 256], count: usize) -> Option<Vec<u8>> {
    let codes = codes(lengths)?;
    // For each length its first code and the bytes with codes of this length, in order.
    let mut tables: Vec<(u64, Vec<u8>)> = vec![(0, Vec::new()); 64];
    for byte in 0..=255u8 {
        let code = codes[usize::from(byte)];
        if code.length > 0 {
            let table = &mut tables[usize::from(code.length)];
            if table.1.is_empty() {
                table.0 = code.bits;
            }
            table.1.push(byte);
        }
    }
    let mut bits = data
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |at| u64::from(byte >> at & 1)));
    let mut bytes = Vec::with_capacity(count);
    while bytes.len() < count {
        let mut code = 0;
        let byte = tables[1..].iter().find_map(|(first, table)| {
            code = code << 1 | bits.next()?;
            table
                .get(usize::try_from(code.checked_sub(*first)?).ok()?)
                .copied()
        })?;
        bytes.push(byte);
    }
    Some(bytes)
}

// @feature statistics
/// What compressing saves, in words.
pub fn info(bytes: &[u8]) -> String {
    let size = compress(bytes).len();
    let percent = if bytes.is_empty() {
        0.0
    } else {
        size as f64 * 100.0 / bytes.len() as f64
    };
    format!(
        "{} bytes, compressed {size} ({percent:.1} %)\n",
        bytes.len()
    )
}
// @end

// @feature table
/// The code of every byte that occurs, the shortest first.
pub fn table(bytes: &[u8]) -> String {
    let codes = codes(&code_lengths(bytes)).unwrap_or([Code::default(); 256]);
    let mut used: Vec<(u8, Code)> = (0..=255)
        .zip(codes)
        .filter(|(_, code)| code.length > 0)
        .collect();
    used.sort_by_key(|(_, code)| code.length);
    let line = |(byte, code): &(u8, Code)| {
        let width = usize::from(code.length);
        format!(
            "{:<6} {:0width$b}\n",
            byte.escape_ascii().to_string(),
            code.bits
        )
    };
    used.iter().map(line).collect()
}
// @end

#[cfg(test)]
mod tests {
    use super::*;

    fn survives(bytes: &[u8]) {
        assert_eq!(decompress(&compress(bytes)).as_deref(), Ok(bytes));
    }

    #[test]
    fn everything_is_restored() {
        survives(b"");
        survives(b"a");
        survives(b"aaaaaaa");
        survives(b"abracadabra");
        survives(&(0..=255).collect::<Vec<u8>>());
        survives(
            &(0..5000u32)
                .map(|n| (n * n % 251) as u8)
                .collect::<Vec<u8>>(),
        );
    }

    #[test]
    fn very_uneven_frequencies_are_fine() {
        let (mut a, mut b) = (1, 1);
        let mut bytes = Vec::new();
        for byte in 0..18 {
            bytes.extend(vec![byte; a]);
            (a, b) = (b, a + b);
        }
        survives(&bytes);
    }

    #[test]
    fn frequent_bytes_become_short() {
        let lengths = code_lengths(b"aaaaaaaabbbc");
        assert_eq!((lengths[97], lengths[98], lengths[99]), (1, 2, 2));
        let text = "the more it repeats the more it repeats ".repeat(50);
        assert!(compress(text.as_bytes()).len() < text.len() * 2 / 3);
    }

    #[test]
    fn damage_is_noticed() {
        let good = compress(b"hello compression");
        assert_eq!(decompress(b"hello"), Err(HuffmanError::NotCompressed));
        for length in 4..good.len() {
            assert!(decompress(&good[..length]).is_err(), "{length}");
        }
        for at in 4..HEADER {
            let mut bad = good.clone();
            bad[at] ^= 0x55;
            assert!(decompress(&bad).is_err(), "{at}");
        }
    }

    #[test]
    fn codes_are_not_beginnings_of_others() {
        let codes = codes(&code_lengths(b"some text with letters")).unwrap();
        let used: Vec<Code> = codes.into_iter().filter(|code| code.length > 0).collect();
        for (i, a) in used.iter().enumerate() {
            for b in used
                .iter()
                .enumerate()
                .filter(|(j, _)| *j != i)
                .map(|(_, b)| b)
            {
                assert!(b.length < a.length || b.bits >> (b.length - a.length) != a.bits);
            }
        }
    }

    // @feature statistics
    #[test]
    fn sizes_are_told() {
        assert!(info(b"aaaa").starts_with("4 bytes, compressed "));
        assert!(info(b"").contains("(0.0 %)"));
    }
    // @end

    // @feature table
    #[test]
    fn codes_are_shown() {
        assert_eq!(table(b"aab\n").lines().next(), Some("a      0"));
        assert!(table(b"aab\n").contains("\\n"));
    }
    // @end
}
