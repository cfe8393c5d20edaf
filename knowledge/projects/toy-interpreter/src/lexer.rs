//! Splits a program into words, numbers and signs.

use crate::ProgramError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    Number(i64),
    Word(String),
    Sign(&'static str),
    Text(String), // @feature strings
    End,
}

/// Longer ones first, so that `<=` is not taken for `<`.
const SIGNS: [&str; 21] = [
    "==", "!=", "<=", ">=", "..", "=", "<", ">", "+", "-", "*", "/", "%", "(", ")", "{", "}", ",",
    ";", "[", "]",
];

/// The tokens with their lines; the last one is `Token::End`.
pub fn tokens(source: &str) -> Result<Vec<(usize, Token)>, ProgramError> {
    let mut tokens = Vec::new();
    let mut rest = source;
    let mut line = 1;
    while let Some(c) = rest.chars().next() {
        if c.is_whitespace() || rest.starts_with("//") {
            let end = if c.is_whitespace() {
                Some(c.len_utf8())
            } else {
                rest.find('\n')
            };
            line += usize::from(c == '\n');
            rest = &rest[end.unwrap_or(rest.len())..];
            continue;
        }
        // @feature strings
        if c == '"' {
            let (text, length) =
                text(rest).ok_or(ProgramError::new(line, "the text is not closed"))?;
            tokens.push((line, Token::Text(text)));
            line += rest[..length].matches('\n').count();
            rest = &rest[length..];
            continue;
        }
        // @end
        let inside = |c: char| c.is_alphanumeric() || c == '_';
        let length = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
        let (word, sign) = (
            &rest[..length],
            SIGNS.iter().find(|sign| rest.starts_with(**sign)),
        );
        let token = match (c, sign) {
            ('0'..='9', _) if word.bytes().all(|b| b.is_ascii_digit()) => {
                let number = word.parse();
                Token::Number(
                    number.map_err(|_| ProgramError::new(line, "the number is too large"))?,
                )
            }
            ('0'..='9', _) => {
                return Err(ProgramError::new(line, format!("'{word}' is no number")))
            }
            (_, Some(sign)) => Token::Sign(sign),
            (c, None) if inside(c) => Token::Word(word.to_string()),
            _ => return Err(ProgramError::new(line, format!("unknown character '{c}'"))),
        };
        rest = &rest[sign.map_or(length, |sign| sign.len())..];
        tokens.push((line, token));
    }
    tokens.push((line, Token::End));
    Ok(tokens)
}

// @feature strings
/// Reads a text in quotation marks; also says how many bytes it takes in the program.
fn text(source: &str) -> Option<(String, usize)> {
    let mut text = String::new();
    let mut chars = source.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((text, at + 1)),
            '\\' => match chars.next()?.1 {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                other => text.push(other),
            },
            _ => text.push(c),
        }
    }
    None
}
// @end
