//! Text with places such as `{{name}}` that are filled with values.

use std::collections::BTreeMap;
use std::fmt;

/// What stands before and after a name, divided by a space.
pub const DELIMITERS: &str = "{{ }}"; // @slot delimiters

/// Values by name.
pub type Values = BTreeMap<String, String>;

/// What is wrong with a template or its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TemplateError {
    Unclosed { line: usize },
    BadName { line: usize, name: String },
    Missing { line: usize, name: String },
    UnknownFilter { line: usize, filter: String }, // @feature filters
    UnclosedIf { line: usize },                    // @feature conditions
    StrayEnd { line: usize },                      // @feature conditions
    BadValue(String),
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            TemplateError::Unclosed { line } => {
                write!(f, "line {line}: a place is not closed")
            }
            TemplateError::BadName { line, name } => {
                write!(f, "line {line}: '{name}' is not a name")
            }
            TemplateError::Missing { line, name } => {
                write!(f, "line {line}: there is no value for '{name}'")
            }
            // @feature filters
            TemplateError::UnknownFilter { line, filter } => {
                write!(f, "line {line}: there is no filter '{filter}'")
            }
            // @end
            // @feature conditions
            TemplateError::UnclosedIf { line } => write!(f, "line {line}: 'if' without 'end'"),
            TemplateError::StrayEnd { line } => write!(f, "line {line}: 'end' without 'if'"),
            // @end
            TemplateError::BadValue(text) => write!(f, "'{text}' is not KEY=VALUE"),
        }
    }
}

impl std::error::Error for TemplateError {}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    line: usize,
    name: String,
    fallback: Option<String>, // @feature defaults
    filters: Vec<String>,     // @feature filters
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place(Place),
    // @feature conditions
    If {
        name: String,
        negated: bool,
        parts: Vec<Part>,
    },
    // @end
}

/// A template that was read; it can be filled many times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

impl Template {
    /// Reads a template with the usual delimiters.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let (open, close) = DELIMITERS.split_once(' ').unwrap_or(("{{", "}}"));
        Self::parse_with(text, open, close)
    }

    /// Reads a template whose places begin with `open` and end with `close`.
    pub fn parse_with(text: &str, open: &str, close: &str) -> Result<Self, TemplateError> {
        let mut rest = text;
        let mut line = 1;
        let mut parts = Vec::new();
        // @feature conditions
        // The conditions around the current place, each with the parts before it.
        let mut outer: Vec<(usize, String, bool, Vec<Part>)> = Vec::new();
        // @end
        while let Some(at) = rest.find(open) {
            let (before, after) = (&rest[..at], &rest[at + open.len()..]);
            line += before.matches('\n').count();
            if !before.is_empty() {
                parts.push(Part::Text(before.to_string()));
            }
            let end = after.find(close).ok_or(TemplateError::Unclosed { line })?;
            let inside = after[..end].trim();
            rest = &after[end + close.len()..];
            // @feature conditions
            if let Some(condition) = inside.strip_prefix("if ") {
                let condition = condition.trim();
                let name = condition.strip_prefix("not ").unwrap_or(condition).trim();
                check_name(line, name)?;
                let negated = condition.starts_with("not ");
                outer.push((line, name.to_string(), negated, std::mem::take(&mut parts)));
                continue;
            }
            if inside == "end" {
                let (_, name, negated, before) =
                    outer.pop().ok_or(TemplateError::StrayEnd { line })?;
                let inner = std::mem::replace(&mut parts, before);
                parts.push(Part::If {
                    name,
                    negated,
                    parts: inner,
                });
                continue;
            }
            // @end
            parts.push(Part::Place(parse_place(line, inside)?));
            line += after[..end].matches('\n').count();
        }
        // @feature conditions
        if let Some((line, ..)) = outer.pop() {
            return Err(TemplateError::UnclosedIf { line });
        }
        // @end
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_string()));
        }
        Ok(Template { parts })
    }

    /// The text with all places filled.
    pub fn fill(&self, values: &Values) -> Result<String, TemplateError> {
        fill_parts(&self.parts, values)
    }

    // @feature names
    /// The names that occur, sorted.
    pub fn names(&self) -> std::collections::BTreeSet<&str> {
        let mut names = std::collections::BTreeSet::new();
        let mut open: Vec<&Part> = self.parts.iter().collect();
        while let Some(part) = open.pop() {
            match part {
                // @feature conditions
                Part::If { name, parts, .. } => {
                    names.insert(name.as_str());
                    open.extend(parts);
                }
                // @end
                Part::Text(_) => {}
                Part::Place(place) => {
                    names.insert(place.name.as_str());
                }
            }
        }
        names
    }
    // @end
}

/// Reads what stands between the delimiters.
fn parse_place(line: usize, inside: &str) -> Result<Place, TemplateError> {
    let name = inside;
    // @feature defaults
    // The fallback goes to the end, so that it may hold any character.
    let (name, fallback) = match name.split_once('|') {
        Some((name, fallback)) => (name.trim(), Some(fallback.trim().to_string())),
        None => (name, None),
    };
    // @end
    // @feature filters
    let mut words = name.split(':').map(str::trim);
    let name = words.next().unwrap_or_default();
    let filters: Vec<String> = words.map(str::to_string).collect();
    if let Some(filter) = filters
        .iter()
        .find(|filter| apply_filter(filter, "").is_none())
    {
        let filter = filter.clone();
        return Err(TemplateError::UnknownFilter { line, filter });
    }
    // @end
    check_name(line, name)?;
    Ok(Place {
        line,
        name: name.to_string(),
        fallback, // @feature defaults
        filters,  // @feature filters
    })
}

/// Names are letters, digits, underscores, hyphens and dots.
fn check_name(line: usize, name: &str) -> Result<(), TemplateError> {
    let allowed = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    match !name.is_empty() && name.chars().all(allowed) {
        true => Ok(()),
        false => Err(TemplateError::BadName {
            line,
            name: name.to_string(),
        }),
    }
}

// @feature filters
/// The value changed by a filter; nothing if there is no such filter.
fn apply_filter(filter: &str, value: &str) -> Option<String> {
    Some(match filter {
        "upper" => value.to_uppercase(),
        "lower" => value.to_lowercase(),
        "trim" => value.trim().to_string(),
        "html" => value
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
            .replace('"', "&quot;"),
        _ => return None,
    })
}
// @end

fn fill_parts(parts: &[Part], values: &Values) -> Result<String, TemplateError> {
    let mut text = String::new();
    for part in parts {
        match part {
            // @feature conditions
            Part::If {
                name,
                negated,
                parts,
            } => {
                let filled = values.get(name).is_some_and(|value| !value.is_empty());
                if filled != *negated {
                    text += &fill_parts(parts, values)?;
                }
            }
            // @end
            Part::Text(fixed) => text += fixed,
            Part::Place(place) => text += &fill_place(place, values)?,
        }
    }
    Ok(text)
}

fn fill_place(place: &Place, values: &Values) -> Result<String, TemplateError> {
    let value = values.get(&place.name);
    // @feature defaults
    let value = value.filter(|value| !value.is_empty() || place.fallback.is_none());
    let value = value.or(place.fallback.as_ref());
    // @end
    let value = value.cloned().ok_or_else(|| TemplateError::Missing {
        line: place.line,
        name: place.name.clone(),
    })?;
    // @feature filters
    let value = place.filters.iter().fold(value, |value, filter| {
        apply_filter(filter, &value).unwrap_or(value)
    });
    // @end
    Ok(value)
}

/// Reads `KEY=VALUE`.
pub fn parse_value(text: &str) -> Result<(String, String), TemplateError> {
    match text.split_once('=') {
        Some((key, value)) if check_name(1, key.trim()).is_ok() => {
            Ok((key.trim().to_string(), value.to_string()))
        }
        _ => Err(TemplateError::BadValue(text.to_string())),
    }
}

/// Reads a file of values: `KEY=VALUE` lines, `#` comments and empty lines.
pub fn parse_values(text: &str) -> Result<Values, TemplateError> {
    let lines = text
        .lines()
        .filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#'));
    lines.map(parse_value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(text: &str, values: &[&str]) -> Result<String, TemplateError> {
        let values = parse_values(&values.join("\n"))?;
        Template::parse_with(text, "{{", "}}")?.fill(&values)
    }

    #[test]
    fn places_are_filled() {
        let text = filled("Dear {{name}},\n{{ n }} of {{n}}", &["name=Ann", "n=2"]);
        assert_eq!(text.unwrap(), "Dear Ann,\n2 of 2");
        assert_eq!(filled("no places } {", &[]).unwrap(), "no places } {");
    }

    #[test]
    fn missing_values_are_named_with_their_line() {
        let error = filled("a\n{{b}}\n{{c}}", &["b=1"]).unwrap_err();
        assert_eq!(error.to_string(), "line 3: there is no value for 'c'");
    }

    #[test]
    fn broken_places_are_refused() {
        assert_eq!(
            filled("\n{{a", &[]),
            Err(TemplateError::Unclosed { line: 2 })
        );
        for text in ["{{}}", "{{a b}}", "{{$}}"] {
            assert!(matches!(
                filled(text, &[]),
                Err(TemplateError::BadName { line: 1, .. })
            ));
        }
    }

    #[test]
    fn values_are_not_read_again() {
        assert_eq!(filled("{{a}}", &["a={{b}}", "b=1"]).unwrap(), "{{b}}");
    }

    #[test]
    fn values_keep_their_equals_signs() {
        assert_eq!(
            parse_value("a = x=y"),
            Ok(("a".to_string(), " x=y".to_string()))
        );
        assert!(parse_value("=x").is_err() && parse_value("x").is_err());
        assert_eq!(parse_values("# no\n\na=1\n").unwrap().len(), 1);
    }

    #[test]
    fn other_delimiters_work_as_well() {
        let template = Template::parse_with("<%a%> {{a}}", "<%", "%>").unwrap();
        assert_eq!(
            template.fill(&parse_values("a=1").unwrap()).unwrap(),
            "1 {{a}}"
        );
    }

    // @feature defaults
    #[test]
    fn fallbacks_stand_in_for_missing_and_empty_values() {
        assert_eq!(filled("{{a|no one: x}}", &[]).unwrap(), "no one: x");
        assert_eq!(filled("{{a | b}}", &["a="]).unwrap(), "b");
        assert_eq!(filled("{{a|b}}", &["a=1"]).unwrap(), "1");
    }
    // @end

    // @feature filters
    #[test]
    fn filters_change_values_in_order() {
        assert_eq!(filled("{{a:trim:upper}}", &["a= x "]).unwrap(), "X");
        assert_eq!(
            filled("{{a:html}}", &["a=<\"&>"]).unwrap(),
            "&lt;&quot;&amp;&gt;"
        );
        assert!(matches!(
            filled("{{a:wide}}", &[]),
            Err(TemplateError::UnknownFilter { .. })
        ));
    }
    // @end

    // @feature conditions
    #[test]
    fn conditions_choose_parts() {
        let text = "{{if a}}A{{if not b}}!{{end}}{{end}}{{if not a}}-{{end}}";
        assert_eq!(filled(text, &["a=1"]).unwrap(), "A!");
        assert_eq!(filled(text, &["a=1", "b=1"]).unwrap(), "A");
        assert_eq!(filled(text, &["a="]).unwrap(), "-");
        assert_eq!(
            filled("{{end}}", &[]),
            Err(TemplateError::StrayEnd { line: 1 })
        );
        assert_eq!(
            filled("\n{{if a}}", &[]),
            Err(TemplateError::UnclosedIf { line: 2 })
        );
    }
    // @end

    // @feature names
    #[test]
    fn names_are_listed_once() {
        let template = Template::parse_with("{{b}}{{a}}{{b}}", "{{", "}}").unwrap();
        assert_eq!(template.names().into_iter().collect::<Vec<_>>(), ["a", "b"]);
    }
    // @end
}
