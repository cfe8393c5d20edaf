//! Bytes as text: Base64 and hexadecimal digits.

use std::fmt;

/// Characters per line of encoded text.
pub const WRAP: usize = 76; // @slot wrap

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
// @feature url
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
// @end

/// Why a text cannot be decoded. Positions count bytes from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecodeError {
    Character { byte: u8, at: usize },
    Padding { at: usize },
    Length,
    LeftoverBits,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            DecodeError::Character { byte, at } => {
                write!(
                    f,
                    "'{}' at byte {at} does not belong there",
                    byte.escape_ascii()
                )
            }
            DecodeError::Padding { at } => write!(f, "wrong padding at byte {at}"),
            DecodeError::Length => write!(f, "the text is cut off"),
            DecodeError::LeftoverBits => write!(f, "the last character has bits that mean nothing"),
        }
    }
}

impl std::error::Error for DecodeError {}

/// An alphabet of 64 characters and whether the text is filled up with `=`.
#[derive(Debug, Clone, Copy)]
pub struct Base64 {
    alphabet: &'static [u8; 64],
    padded: bool,
}

/// The usual alphabet, padded.
pub const BASE64: Base64 = Base64 {
    alphabet: STANDARD,
    padded: true,
};

// @feature url
/// The alphabet for addresses and file names, not padded.
pub const BASE64_URL: Base64 = Base64 {
    alphabet: URL_SAFE,
    padded: false,
};
// @end

impl Base64 {
    pub fn encode(&self, bytes: &[u8]) -> String {
        let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
        for chunk in bytes.chunks(3) {
            let byte = |at: usize| u32::from(chunk.get(at).copied().unwrap_or(0));
            let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
            for at in 0..4 {
                if at <= chunk.len() {
                    let index = (bits >> (18 - 6 * at)) & 63;
                    text.push(char::from(self.alphabet[index as usize]));
                } else if self.padded {
                    text.push('=');
                }
            }
        }
        text
    }

    /// White space is skipped; everything else must belong to the encoding.
    pub fn decode(&self, text: &[u8]) -> Result<Vec<u8>, DecodeError> {
        let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
        let (mut bits, mut digits, mut padding) = (0u32, 0usize, 0usize);
        for (at, &byte) in text
            .iter()
            .enumerate()
            .filter(|(_, b)| !b.is_ascii_whitespace())
        {
            let at = at + 1;
            if byte == b'=' {
                padding += 1;
                if !self.padded || digits % 4 < 2 || digits % 4 + padding > 4 {
                    return Err(DecodeError::Padding { at });
                }
                continue;
            }
            let digit = self.alphabet.iter().position(|&known| known == byte);
            let digit = digit.ok_or(DecodeError::Character { byte, at })?;
            if padding > 0 {
                return Err(DecodeError::Padding { at });
            }
            bits = bits << 6 | digit as u32;
            digits += 1;
            if digits % 4 == 0 {
                bytes.extend(&bits.to_be_bytes()[1..]);
                bits = 0;
            }
        }
        let rest = digits % 4;
        if rest == 1 || (self.padded && rest > 0 && rest + padding != 4) {
            return Err(DecodeError::Length);
        }
        if rest > 0 {
            let filled = bits << (6 * (4 - rest));
            let last = filled.to_be_bytes();
            let (whole, left) = last[1..].split_at(rest - 1);
            if left.iter().any(|&b| b != 0) {
                return Err(DecodeError::LeftoverBits);
            }
            bytes.extend(whole);
        }
        Ok(bytes)
    }
}

// @feature hex
pub fn encode_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Digits in either case; white space is skipped.
pub fn decode_hex(text: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for (at, &byte) in text
        .iter()
        .enumerate()
        .filter(|(_, b)| !b.is_ascii_whitespace())
    {
        let digit = char::from(byte).to_digit(16);
        let digit = digit.ok_or(DecodeError::Character { byte, at: at + 1 })? as u8;
        match high.take() {
            Some(high) => bytes.push(high << 4 | digit),
            None => high = Some(digit),
        }
    }
    match high {
        None => Ok(bytes),
        Some(_) => Err(DecodeError::Length),
    }
}
// @end

// @feature dump
/// A table with sixteen bytes to the line.
pub fn dump(bytes: &[u8]) -> String {
    let line = |(row, chunk): (usize, &[u8])| {
        let digits: String = chunk.iter().map(|byte| format!("{byte:02x} ")).collect();
        let shown = |&byte: &u8| {
            if (b' '..=b'~').contains(&byte) {
                char::from(byte)
            } else {
                '.'
            }
        };
        let text: String = chunk.iter().map(shown).collect();
        format!("{:08x}  {digits:<48} {text}\n", row * 16)
    };
    bytes.chunks(16).enumerate().map(line).collect()
}
// @end

/// The text in lines of `WRAP` characters.
pub fn wrap(text: &str) -> String {
    let mut lines = String::with_capacity(text.len() + text.len() / WRAP + 1);
    for (at, c) in text.chars().enumerate() {
        if at > 0 && at % WRAP == 0 {
            lines.push('\n');
        }
        lines.push(c);
    }
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        let pairs = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
        ];
        for (plain, encoded) in pairs {
            assert_eq!(BASE64.encode(plain.as_bytes()), encoded);
            assert_eq!(BASE64.decode(encoded.as_bytes()).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn all_bytes_survive() {
        let bytes: Vec<u8> = (0..=255).collect();
        for length in 0..bytes.len() {
            let text = BASE64.encode(&bytes[..length]);
            assert_eq!(BASE64.decode(text.as_bytes()).unwrap(), &bytes[..length]);
        }
    }

    #[test]
    fn white_space_is_skipped() {
        assert_eq!(BASE64.decode(b" Zm\n9v\r\n").unwrap(), b"foo");
    }

    #[test]
    fn garbage_is_refused() {
        let error = |text: &str| BASE64.decode(text.as_bytes()).unwrap_err();
        assert_eq!(error("Zm9*"), DecodeError::Character { byte: b'*', at: 4 });
        assert_eq!(error("Zm8"), DecodeError::Length);
        assert_eq!(error("Z"), DecodeError::Length);
        assert_eq!(error("Zg==Zg=="), DecodeError::Padding { at: 5 });
        assert_eq!(error("Zm9v="), DecodeError::Padding { at: 5 });
        assert_eq!(error("Zh=="), DecodeError::LeftoverBits);
    }

    #[test]
    fn lines_are_wrapped() {
        let text = wrap(&"x".repeat(WRAP * 2 + 1));
        let lengths: Vec<usize> = text.lines().map(str::len).collect();
        assert_eq!(lengths, [WRAP, WRAP, 1]);
        assert_eq!(wrap(""), "");
    }

    // @feature hex
    #[test]
    fn hexadecimal_digits() {
        assert_eq!(encode_hex(&[0, 255, 16]), "00ff10");
        assert_eq!(decode_hex(b"00 Ff\n10").unwrap(), [0, 255, 16]);
        assert_eq!(decode_hex(b"123"), Err(DecodeError::Length));
        assert_eq!(
            decode_hex(b"1g"),
            Err(DecodeError::Character { byte: b'g', at: 2 })
        );
    }
    // @end

    // @feature url
    #[test]
    fn addresses_have_their_own_alphabet() {
        assert_eq!(BASE64_URL.encode(&[255, 255]), "__8");
        assert_eq!(BASE64_URL.decode(b"__8").unwrap(), [255, 255]);
        assert!(BASE64_URL.decode(b"__8=").is_err());
    }
    // @end

    // @feature dump
    #[test]
    fn dumps_show_offset_digits_and_characters() {
        let text = dump(b"0123456789abcdef\n");
        assert!(text.starts_with("00000000  30 31 "));
        assert!(text
            .lines()
            .nth(1)
            .is_some_and(|l| l.starts_with("00000010  0a ") && l.ends_with(" .")));
    }
    // @end
}
