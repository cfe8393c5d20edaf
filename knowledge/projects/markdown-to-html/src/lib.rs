//! A renderer for a part of Markdown: blocks line by line, then the text inside them.

/// The `lang` attribute of whole pages.
pub const LANGUAGE: &str = "en"; // @slot language

/// Renders a document as HTML. Every text is valid input; what has no meaning stays as it is.
pub fn render(markdown: &str) -> String {
    let mut html = String::new();
    let lines: Vec<&str> = markdown.lines().collect();
    let mut rest = &lines[..];
    while let Some(line) = rest.first() {
        let used = match line.trim() {
            "" => 1,
            _ => block(rest, &mut html),
        };
        rest = &rest[used..];
    }
    html
}

/// Renders the block that `lines` begins with and returns how many of them it took.
fn block(lines: &[&str], html: &mut String) -> usize {
    let line = lines[0].trim();
    // @feature fences
    if let Some(language) = line.strip_prefix("```") {
        return fence(language.trim(), lines, html);
    }
    // @end
    if let Some((level, text)) = heading(line) {
        html.push_str(&format!("<h{level}>{}</h{level}>\n", inline(text)));
        return 1;
    }
    if is_rule(line) {
        html.push_str("<hr>\n");
        return 1;
    }
    if bullet(line).is_some() {
        return list("ul", bullet, lines, html);
    }
    // @feature ordered
    if numbered(line).is_some() {
        return list("ol", numbered, lines, html);
    }
    // @end
    // @feature quotes
    if line.starts_with('>') {
        let quoted: Vec<&str> = lines.iter().map_while(|line| unquoted(line)).collect();
        html.push_str(&format!(
            "<blockquote>\n{}</blockquote>\n",
            render(&quoted.join("\n"))
        ));
        return quoted.len();
    }
    // @end
    let mut used = 1;
    while used < lines.len() && !ends_paragraph(lines[used].trim()) {
        used += 1;
    }
    let text: Vec<&str> = lines[..used].iter().map(|line| line.trim()).collect();
    html.push_str(&format!("<p>{}</p>\n", inline(&text.join("\n"))));
    used
}

fn ends_paragraph(line: &str) -> bool {
    let ends = line.is_empty() || heading(line).is_some() || is_rule(line);
    let ends = ends || bullet(line).is_some();
    let ends = ends || numbered(line).is_some(); // @feature ordered
    let ends = ends || line.starts_with('>'); // @feature quotes
    let ends = ends || line.starts_with("```"); // @feature fences
    ends
}

// @feature quotes
/// A quoted line without its marks, however many there are: quotations do not nest.
fn unquoted(line: &str) -> Option<&str> {
    let mut text = line.trim_start().strip_prefix('>')?;
    while let Some(inner) = text.trim_start().strip_prefix('>') {
        text = inner;
    }
    Some(text.strip_prefix(' ').unwrap_or(text))
}
// @end

fn heading(line: &str) -> Option<(usize, &str)> {
    let text = line.trim_start_matches('#');
    let level = line.len() - text.len();
    let title = text.strip_prefix(' ')?.trim();
    (1..=6).contains(&level).then_some((level, title))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 3
        && ["-", "*", "_"]
            .iter()
            .any(|mark| line.replace(mark, "").is_empty())
}

fn bullet(line: &str) -> Option<&str> {
    ["- ", "* ", "+ "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
}

// @feature ordered
fn numbered(line: &str) -> Option<&str> {
    let (number, text) = line.split_once(". ")?;
    (!number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}
// @end

fn list(tag: &str, item: fn(&str) -> Option<&str>, lines: &[&str], html: &mut String) -> usize {
    html.push_str(&format!("<{tag}>\n"));
    let mut used = 0;
    while let Some(first) = lines.get(used).and_then(|line| item(line.trim())) {
        used += 1;
        let mut text = first.trim().to_string();
        // An indented line goes on with the item above it.
        while let Some(more) = lines
            .get(used)
            .filter(|l| l.starts_with("  ") && !ends_paragraph(l.trim()))
        {
            text = format!("{text}\n{}", more.trim());
            used += 1;
        }
        html.push_str(&format!("<li>{}</li>\n", inline(&text)));
    }
    html.push_str(&format!("</{tag}>\n"));
    used
}

// @feature fences
/// A code block; one that is never closed goes to the end of the document.
fn fence(language: &str, lines: &[&str], html: &mut String) -> usize {
    let code: Vec<&str> = lines[1..]
        .iter()
        .copied()
        .take_while(|line| line.trim() != "```")
        .collect();
    let class = match language {
        "" => String::new(),
        name => format!(" class=\"language-{}\"", escape(name)),
    };
    html.push_str(&format!("<pre><code{class}>"));
    for line in &code {
        html.push_str(&format!("{}\n", escape(line)));
    }
    html.push_str("</code></pre>\n");
    (code.len() + 2).min(lines.len())
}
// @end

/// The text with the characters escaped that have a meaning in HTML.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Renders emphasis, code and links inside a text.
fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // @feature links
        if let Some((link, behind)) = link(rest) {
            html.push_str(&link);
            rest = behind;
            continue;
        }
        // @end
        if let Some((inner, behind)) = between(rest, "`") {
            html.push_str(&format!("<code>{}</code>", escape(inner)));
            rest = behind;
        } else if let Some((inner, behind)) = between(rest, "**") {
            html.push_str(&format!("<strong>{}</strong>", inline(inner)));
            rest = behind;
        } else if let Some((inner, behind)) = between(rest, "*") {
            html.push_str(&format!("<em>{}</em>", inline(inner)));
            rest = behind;
        } else {
            // A backslash takes the meaning from the mark behind it.
            let mut chars = rest.chars();
            chars.next();
            let marked = chars
                .clone()
                .next()
                .filter(|m| c == '\\' && "\\`*_[]!#".contains(*m));
            if marked.is_some() {
                chars.next();
            }
            html.push_str(&escape(&marked.unwrap_or(c).to_string()));
            rest = chars.as_str();
        }
    }
    html
}

/// If `text` begins with `mark`, what stands between it and the next one, and what follows.
fn between<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let (inner, behind) = text.strip_prefix(mark)?.split_once(mark)?;
    (!inner.trim().is_empty() && !inner.starts_with(' ')).then_some((inner, behind))
}

// @feature links
fn link(text: &str) -> Option<(String, &str)> {
    let image = text.starts_with('!');
    let (label, rest) = text
        .strip_prefix('!')
        .unwrap_or(text)
        .strip_prefix('[')?
        .split_once("](")?;
    let (address, behind) = rest.split_once(')')?;
    let address = address.trim();
    // Addresses that would run a script are left as text.
    if address.to_lowercase().starts_with("javascript:") || label.contains(['[', ']']) {
        return None;
    }
    let (address, label) = (escape(address), label.trim());
    let html = match image {
        true => format!("<img src=\"{address}\" alt=\"{}\">", escape(label)),
        false => format!("<a href=\"{address}\">{}</a>", inline(label)),
    };
    Some((html, behind))
}
// @end

// @feature page
/// A whole page around a rendered document, titled by its first heading.
pub fn page(markdown: &str) -> String {
    let title = markdown
        .lines()
        .find_map(|l| heading(l.trim()))
        .map_or("", |(_, title)| title);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{LANGUAGE}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <title>{}</title>\n</head>\n<body>\n{}</body>\n</html>\n",
        escape(title),
        render(markdown)
    )
}
// @end
