//! The stages of the program: lines are cleaned, measured and written as rows.

/// What is known of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub line: String,
    pub words: usize,
    pub checksum: u32,
}

/// One blank between words, none around them; empty lines are left out.
pub fn clean(line: &str) -> Option<String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

pub fn measure(line: String) -> Measured {
    Measured {
        words: line.split(' ').count(),
        checksum: adler32(line.as_bytes()),
        line,
    }
}

/// The Adler-32 checksum.
pub fn adler32(bytes: &[u8]) -> u32 {
    let (low, high) = bytes.iter().fold((1u32, 0u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    high << 16 | low
}

pub fn row(measured: &Measured) -> String {
    let Measured {
        line,
        words,
        checksum,
    } = measured;
    format!("{checksum:08x} {words:>4} {line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_known_one() {
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(b""), 1);
    }

    #[test]
    fn lines_are_cleaned_and_measured() {
        assert_eq!(clean("  two \t words "), Some("two words".to_string()));
        assert_eq!(clean(" \t "), None);
        assert_eq!(row(&measure("a b".to_string())), "01c800e4    2 a b");
    }
}
