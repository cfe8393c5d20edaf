//! Configuration in sections: `[section]` headings and `key = value` lines.

use std::fmt;

/// Begins a comment, at the start of a line or after white space.
pub const COMMENT: char = '#'; // @slot comment

/// A mistake in a configuration; lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    Heading {
        line: usize,
    },
    NoEquals {
        line: usize,
    },
    BadKey {
        line: usize,
        key: String,
    },
    Quote {
        line: usize,
    },
    Duplicate {
        line: usize,
        key: String,
        first: usize,
    },
    Missing {
        key: String,
    },
    // @feature types
    Kind {
        key: String,
        value: String,
        wanted: &'static str,
    },
    // @end
    // @feature environment
    Variable {
        line: usize,
        name: String,
    },
    // @end
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            ConfigError::Heading { line } => write!(f, "line {line}: expected [section]"),
            ConfigError::NoEquals { line } => write!(f, "line {line}: expected key = value"),
            ConfigError::BadKey { line, key } => {
                write!(
                    f,
                    "line {line}: '{key}' is no name; use letters, digits, - and _"
                )
            }
            ConfigError::Quote { line } => write!(f, "line {line}: a quote is not closed"),
            ConfigError::Duplicate { line, key, first } => {
                write!(f, "line {line}: '{key}' was already set on line {first}")
            }
            ConfigError::Missing { key } => write!(f, "there is no '{key}'"),
            // @feature types
            ConfigError::Kind { key, value, wanted } => {
                write!(f, "{key} = {value}: {wanted} is wanted")
            }
            // @end
            // @feature environment
            ConfigError::Variable { line, name } => {
                write!(f, "line {line}: the environment has no variable '{name}'")
            }
            // @end
        }
    }
}

impl std::error::Error for ConfigError {}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    key: String, // "section.key", or "key" above the first heading
    value: String,
    line: usize,
}

/// Settings in the order of the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Config {
    entries: Vec<Entry>,
}

impl Config {
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut config = Config::default();
        let mut section = String::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with(COMMENT) {
                continue;
            }
            if let Some(heading) = content.strip_prefix('[') {
                let heading = heading
                    .split_once(']')
                    .ok_or(ConfigError::Heading { line })?;
                if !heading.1.is_empty() && without_comment(heading.1) != "" {
                    return Err(ConfigError::Heading { line });
                }
                section = format!("{}.", name(heading.0, line)?);
                continue;
            }
            let (key, value) = content
                .split_once('=')
                .ok_or(ConfigError::NoEquals { line })?;
            let key = format!("{section}{}", name(key, line)?);
            if let Some(earlier) = config.entries.iter().find(|entry| entry.key == key) {
                return Err(ConfigError::Duplicate {
                    line,
                    key,
                    first: earlier.line,
                });
            }
            let value = read_value(value.trim(), line)?;
            config.entries.push(Entry { key, value, line });
        }
        Ok(config)
    }

    /// The value of `section.key`.
    pub fn get(&self, key: &str) -> Result<&str, ConfigError> {
        match self.entries.iter().find(|entry| entry.key == key) {
            Some(entry) => Ok(&entry.value),
            None => Err(ConfigError::Missing {
                key: key.to_string(),
            }),
        }
    }

    /// All keys with their values, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_str(), entry.value.as_str()))
    }

    // @feature types
    pub fn integer(&self, key: &str) -> Result<i64, ConfigError> {
        self.typed(key, "a whole number", |value| value.parse().ok())
    }

    pub fn decimal(&self, key: &str) -> Result<f64, ConfigError> {
        self.typed(key, "a number", |value| {
            value.parse().ok().filter(|n: &f64| n.is_finite())
        })
    }

    /// `yes`, `true`, `on`, `1` or their opposites.
    pub fn boolean(&self, key: &str) -> Result<bool, ConfigError> {
        self.typed(key, "yes or no", |value| {
            match value.to_lowercase().as_str() {
                "yes" | "true" | "on" | "1" => Some(true),
                "no" | "false" | "off" | "0" => Some(false),
                _ => None,
            }
        })
    }

    fn typed<T>(
        &self,
        key: &str,
        wanted: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        let value = self.get(key)?;
        let wrong = || ConfigError::Kind {
            key: key.into(),
            value: value.into(),
            wanted,
        };
        read(value).ok_or_else(wrong)
    }
    // @end

    // @feature overrides
    /// Sets a value, whether or not the file had one.
    pub fn set(&mut self, key: &str, value: &str) {
        match self.entries.iter_mut().find(|entry| entry.key == key) {
            Some(entry) => entry.value = value.to_string(),
            None => self.entries.push(Entry {
                key: key.into(),
                value: value.into(),
                line: 0,
            }),
        }
    }
    // @end

    // @feature environment
    /// Replaces every `${NAME}` in the values by what `lookup` knows of it.
    pub fn expand(&mut self, lookup: impl Fn(&str) -> Option<String>) -> Result<(), ConfigError> {
        for entry in &mut self.entries {
            let mut expanded = String::new();
            let mut rest = entry.value.as_str();
            while let Some((before, after)) = rest.split_once("${") {
                let Some((name, behind)) = after.split_once('}') else {
                    break;
                };
                let missing = || ConfigError::Variable {
                    line: entry.line,
                    name: name.into(),
                };
                expanded.push_str(before);
                expanded.push_str(&lookup(name).ok_or_else(missing)?);
                rest = behind;
            }
            expanded.push_str(rest);
            entry.value = expanded;
        }
        Ok(())
    }
    // @end
}

fn name(text: &str, line: usize) -> Result<&str, ConfigError> {
    let text = text.trim();
    let good = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    if text.is_empty() || !text.chars().all(good) {
        return Err(ConfigError::BadKey {
            line,
            key: text.to_string(),
        });
    }
    Ok(text)
}

fn without_comment(text: &str) -> &str {
    let mut after_space = true;
    for (at, c) in text.char_indices() {
        if c == COMMENT && after_space {
            return text[..at].trim();
        }
        after_space = c.is_whitespace();
    }
    text.trim()
}

/// A value in double quotes keeps spaces and comment characters; \" and \\ stand for themselves.
fn read_value(text: &str, line: usize) -> Result<String, ConfigError> {
    let Some(quoted) = text.strip_prefix('"') else {
        return Ok(without_comment(text).to_string());
    };
    let mut value = String::new();
    let mut chars = quoted.chars();
    loop {
        match chars.next() {
            Some('"') if without_comment(chars.as_str()).is_empty() => return Ok(value),
            Some('\\') => value.extend(chars.next()),
            None | Some('"') => return Err(ConfigError::Quote { line }),
            Some(c) => value.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Config {
        let text = "name = demo\n[server]\nport = 8080 # comment\nsafe=yes\nrate = 0.5\n";
        Config::parse(&text.replace('#', &COMMENT.to_string())).unwrap()
    }

    #[test]
    fn sections_become_prefixes() {
        assert_eq!(sample().get("name"), Ok("demo"));
        assert_eq!(sample().get("server.port"), Ok("8080"));
        assert!(matches!(
            sample().get("port"),
            Err(ConfigError::Missing { .. })
        ));
    }

    #[test]
    fn the_order_is_kept() {
        let config = sample();
        let keys: Vec<_> = config.iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["name", "server.port", "server.safe", "server.rate"]);
    }

    #[test]
    fn quotes_keep_spaces_and_comment_characters() {
        let text = format!("a = \" x {COMMENT} \\\"y\\\" \" {COMMENT} note");
        let expected = format!(" x {COMMENT} \"y\" ");
        assert_eq!(
            Config::parse(&text).unwrap().get("a"),
            Ok(expected.as_str())
        );
    }

    #[test]
    fn comment_characters_inside_words_stay() {
        let config = Config::parse(&format!("colour = a{COMMENT}b")).unwrap();
        assert_eq!(config.get("colour"), Ok(format!("a{COMMENT}b").as_str()));
    }

    #[test]
    fn mistakes_name_their_line() {
        for (text, line) in [
            ("[a", 1),
            ("x=1\nword", 2),
            ("a b = 1", 1),
            ("x = \"open", 1),
        ] {
            let message = Config::parse(text).unwrap_err().to_string();
            assert!(message.starts_with(&format!("line {line}:")), "{message}");
        }
        let twice = ConfigError::Duplicate {
            line: 2,
            key: "x".into(),
            first: 1,
        };
        assert_eq!(Config::parse("x=1\nx=2"), Err(twice));
    }

    // @feature types
    #[test]
    fn values_have_types() {
        let config = sample();
        assert_eq!(config.integer("server.port"), Ok(8080));
        assert_eq!(config.boolean("server.safe"), Ok(true));
        assert_eq!(config.decimal("server.rate"), Ok(0.5));
        let message = config.integer("name").unwrap_err().to_string();
        assert_eq!(message, "name = demo: a whole number is wanted");
    }
    // @end

    // @feature overrides
    #[test]
    fn overrides_replace_or_add() {
        let mut config = sample();
        config.set("server.port", "1");
        config.set("new.key", "2");
        assert_eq!(
            (config.get("server.port"), config.get("new.key")),
            (Ok("1"), Ok("2"))
        );
    }
    // @end

    // @feature environment
    #[test]
    fn variables_are_expanded() {
        let mut config = Config::parse("home = /h/${USER}/x").unwrap();
        config
            .expand(|name| (name == "USER").then(|| "ann".to_string()))
            .unwrap();
        assert_eq!(config.get("home"), Ok("/h/ann/x"));
        let mut config = Config::parse("x = ${NONE}").unwrap();
        assert!(config.expand(|_| None).is_err());
    }
    // @end
}
