//! JSON values, a parser that says where a text is wrong, and a printer.

use std::fmt::{self, Write};

/// Spaces per level of indentation.
pub const INDENT: usize = 2; // @slot indent

/// Deepest nesting accepted, so that no input can exhaust the stack.
pub const MAX_DEPTH: usize = 128; // @slot depth

/// A JSON value. Numbers keep the form they were written in, so nothing is lost.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// A mistake in a text; line and column count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError {
    pub line: usize,
    pub column: usize,
    pub message: String,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for JsonError {}

type Result<T> = std::result::Result<T, JsonError>;

/// Parses a whole document.
pub fn parse(text: &str) -> Result<Json> {
    let mut parser = Parser { text, position: 0, depth: 0 };
    let value = parser.value()?;
    match parser.next_token() {
        None => Ok(value),
        Some(_) => parser.fail("text after the end of the document"),
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    depth: usize,
}

impl Parser<'_> {
    fn value(&mut self) -> Result<Json> {
        match self.next_token() {
            None => self.fail("the document ends too early"),
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some('"') => Ok(Json::Text(self.string()?)),
            Some('-' | '0'..='9') => self.number(),
            Some(_) => {
                for (word, value) in
                    [("true", Json::Bool(true)), ("false", Json::Bool(false)), ("null", Json::Null)]
                {
                    if self.rest().starts_with(word) {
                        self.position += word.len();
                        return Ok(value);
                    }
                }
                self.fail("expected a value")
            }
        }
    }

    fn nested(&mut self, rule: fn(&mut Self) -> Result<Json>) -> Result<Json> {
        if self.depth == MAX_DEPTH {
            return self.fail(&format!("nested deeper than {MAX_DEPTH} levels"));
        }
        self.depth += 1;
        self.position += 1; // the opening bracket
        let value = rule(self)?;
        self.depth -= 1;
        Ok(value)
    }

    fn array(&mut self) -> Result<Json> {
        let mut items = Vec::new();
        if self.eat(']') {
            return Ok(Json::Array(items));
        }
        loop {
            items.push(self.value()?);
            if self.eat(']') {
                return Ok(Json::Array(items));
            }
            self.expect(',', "expected ',' or ']'")?;
        }
    }

    fn object(&mut self) -> Result<Json> {
        let mut members: Vec<(String, Json)> = Vec::new();
        if self.eat('}') {
            return Ok(Json::Object(members));
        }
        loop {
            if self.next_token() != Some('"') {
                return self.fail("expected a key in double quotes");
            }
            let key = self.string()?;
            if members.iter().any(|(known, _)| *known == key) {
                return self.fail(&format!("the key \"{key}\" occurs twice"));
            }
            self.expect(':', "expected ':' after the key")?;
            members.push((key, self.value()?));
            if self.eat('}') {
                return Ok(Json::Object(members));
            }
            self.expect(',', "expected ',' or '}'")?;
        }
    }

    fn string(&mut self) -> Result<String> {
        self.position += 1; // the opening quote
        let mut text = String::new();
        loop {
            match self.bump() {
                None => return self.fail("a string is never closed"),
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some(c) if c < ' ' => return self.fail("control character in a string"),
                Some(c) => text.push(c),
            }
        }
    }

    fn escape(&mut self) -> Result<char> {
        Ok(match self.bump() {
            Some(c @ ('"' | '\\' | '/')) => c,
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => return self.unicode(),
            _ => return self.fail("unknown escape"),
        })
    }

    /// The rest of `\uXXXX`; characters beyond 16 bits are written as two of them.
    fn unicode(&mut self) -> Result<char> {
        let mut code = self.hex4()?;
        if (0xD800..0xDC00).contains(&code) && self.rest().starts_with("\\u") {
            self.position += 2;
            let low = self.hex4()?;
            if (0xDC00..0xE000).contains(&low) {
                code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            }
        }
        match char::from_u32(code) {
            Some(c) => Ok(c),
            None => self.fail("half of a surrogate pair"),
        }
    }

    fn hex4(&mut self) -> Result<u32> {
        let digits = self.rest().get(..4).filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()) {
            Some(code) => {
                self.position += 4;
                Ok(code)
            }
            None => self.fail("expected four hexadecimal digits"),
        }
    }

    fn number(&mut self) -> Result<Json> {
        let start = self.position;
        self.position += usize::from(self.rest().starts_with('-'));
        let whole = self.digits()?;
        if whole > 1 && self.text.as_bytes()[self.position - whole] == b'0' {
            return self.fail("a number must not begin with 0");
        }
        if self.rest().starts_with('.') {
            self.position += 1;
            self.digits()?;
        }
        if self.rest().starts_with(['e', 'E']) {
            self.position += 1;
            self.position += usize::from(self.rest().starts_with(['+', '-']));
            self.digits()?;
        }
        Ok(Json::Number(self.text[start..self.position].to_string()))
    }

    fn digits(&mut self) -> Result<usize> {
        let count = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return self.fail("expected a digit");
        }
        self.position += count;
        Ok(count)
    }

    fn rest(&self) -> &str {
        &self.text[self.position..]
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.position += c.len_utf8();
        Some(c)
    }

    /// The next character that is not white space; it is not consumed.
    fn next_token(&mut self) -> Option<char> {
        let rest = self.rest();
        self.position += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
        self.rest().chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.next_token() == Some(wanted);
        self.position += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn expect(&mut self, wanted: char, message: &str) -> Result<()> {
        if self.eat(wanted) { Ok(()) } else { self.fail(message) }
    }

    fn fail<T>(&self, message: &str) -> Result<T> {
        let before = &self.text[..self.position];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Err(JsonError { line, column, message: message.to_string() })
    }
}

impl Json {
    /// Indented, with one member or item per line.
    pub fn pretty(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, Some(0));
        out
    }

    // @feature compact
    /// Without any white space.
    pub fn compact(&self) -> String {
        let mut out = String::new();
        self.write(&mut out, None);
        out
    }
    // @end

    // @feature sort
    /// Puts the keys of all objects in order.
    pub fn sort_keys(&mut self) {
        match self {
            Json::Array(items) => items.iter_mut().for_each(Json::sort_keys),
            Json::Object(members) => {
                members.sort_by(|a, b| a.0.cmp(&b.0));
                members.iter_mut().for_each(|(_, value)| value.sort_keys());
            }
            _ => {}
        }
    }
    // @end

    // @feature query
    /// The value at a path of keys and indices, such as `users.0.name`.
    pub fn at(&self, path: &str) -> Option<&Json> {
        path.split('.').filter(|step| !step.is_empty()).try_fold(self, |value, step| match value {
            Json::Array(items) => items.get(step.parse::<usize>().ok()?),
            Json::Object(members) => members.iter().find(|(key, _)| key == step).map(|(_, v)| v),
            _ => None,
        })
    }
    // @end

    fn write(&self, out: &mut String, level: Option<usize>) {
        match self {
            Json::Null => out.push_str("null"),
            Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Json::Number(digits) => out.push_str(digits),
            Json::Text(text) => write_string(out, text),
            Json::Array(items) => write_list(out, level, '[', ']', items, |out, item, level| {
                item.write(out, level);
            }),
            Json::Object(members) => {
                write_list(out, level, '{', '}', members, |out, (key, value), level| {
                    write_string(out, key);
                    out.push_str(if level.is_some() { ": " } else { ":" });
                    value.write(out, level);
                })
            }
        }
    }
}

/// Writes what stands between brackets; without a level nothing is indented.
fn write_list<T>(
    out: &mut String,
    level: Option<usize>,
    open: char,
    close: char,
    items: &[T],
    write_item: impl Fn(&mut String, &T, Option<usize>),
) {
    let new_line = |out: &mut String, level: Option<usize>| {
        if let Some(level) = level.filter(|_| !items.is_empty()) {
            out.push('\n');
            out.push_str(&" ".repeat(level * INDENT));
        }
    };
    out.push(open);
    let inner = level.map(|level| level + 1);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        new_line(out, inner);
        write_item(out, item, inner);
    }
    new_line(out, level);
    out.push(close);
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c)); // a String takes everything
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
