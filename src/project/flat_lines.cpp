#include "project/flat_lines.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>

namespace rustcoder::project::flat {

namespace {

constexpr std::size_t max_indent = 32; // deeper is no marker; also bounds the work on hostile input
constexpr std::string_view opening = "[filename:";
constexpr std::string_view bytes_suffix = "; bytes=";

std::string_view trim_end(std::string_view s) {
    const auto last = s.find_last_not_of(" \t\r\n");
    return s.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

bool starts_with_opening(std::string_view s) {
    return s.size() >= opening.size() && base::lower(s.substr(0, opening.size())) == opening;
}

/// "1. ", "2) ", "- ": a model that lists the files.
std::string_view skip_list_mark(std::string_view s) {
    const auto digits = std::min(s.find_first_not_of("0123456789"), s.size());
    if (digits >= 1 && digits <= 2 && (s.substr(digits).starts_with(". ") || s.substr(digits).starts_with(") ")))
        return s.substr(digits + 2);
    return s.starts_with("- ") ? s.substr(2) : s;
}

/// "### ", "**", "`" and the like before the marker.
std::string_view skip_decoration(std::string_view s) {
    const auto hashes = std::min(s.find_first_not_of('#'), s.size());
    if (hashes >= 1 && hashes <= 6 && hashes < s.size() && s[hashes] == ' ')
        s = s.substr(std::min(s.find_first_not_of(' ', hashes), s.size()));
    s = skip_list_mark(s);
    const auto marks = std::min(s.find_first_not_of("*_`"), s.size());
    return marks <= 6 && s.substr(0, marks).find("```") == std::string_view::npos ? s.substr(marks) : s;
}

std::string clean_path(std::string_view raw) {
    constexpr std::string_view around = " \t`*\"'";
    const auto first = raw.find_first_not_of(around);
    if (first == std::string_view::npos)
        return {};
    return std::string(raw.substr(first, raw.find_last_not_of(around) - first + 1));
}

/// Fills path, bytes and exact from what stands between "[filename:" and "]".
void read_inner(Marker& m, std::string_view inner) {
    const auto at = inner.rfind(bytes_suffix);
    if (at == std::string_view::npos) {
        m.path = clean_path(inner);
        return;
    }
    m.exact = true;
    const auto number = inner.substr(at + bytes_suffix.size());
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), n);
    if (error == std::errc() && end == number.data() + number.size())
        m.bytes = n;
    inner = inner.substr(0, at);
    m.path = inner.starts_with(' ') ? inner.substr(1) : inner; // verbatim but for the one blank after the colon
}

bool is_word(std::string_view line, std::string_view word) {
    return line.starts_with(word) && (line.size() == word.size() || !base::is_ident(line[word.size()]));
}

/// The beginning of a Rust item or statement, or an attribute.
bool rust_signal(std::string_view line) {
    for (const std::string_view start :
         {"#[", "#![", "fn ", "let ", "println!", "macro_rules!", "impl<", "pub(", "use "})
        if (line.starts_with(start))
            return start != "use " || line.find(';') != std::string_view::npos ||
                   line.find("::") != std::string_view::npos;
    if (line.find("fn main(") != std::string_view::npos)
        return true;
    static constexpr std::string_view keywords[] = {"pub",    "struct", "enum",   "impl",   "trait", "mod",  "const",
                                                    "static", "type",   "unsafe", "extern", "async", "union"};
    const bool keyword = std::ranges::any_of(keywords, [&](auto word) { return is_word(line, word); });
    return keyword && line.find_first_of("{};(=") != std::string_view::npos;
}

bool code_line(std::string_view line) {
    if (line.starts_with("//") || line.starts_with("/*") || line.starts_with("*/") || line.starts_with("#["))
        return true;
    return std::string_view("{};,()[]").find(line.back()) != std::string_view::npos ||
           std::string_view("{}().&|").find(line.front()) != std::string_view::npos || rust_signal(line);
}

} // namespace

bool blank(std::string_view line) {
    return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::vector<std::string_view> cut_lines(std::string_view text) {
    std::vector<std::string_view> out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
        out.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
    return out;
}

std::optional<Fence> parse_fence(std::string_view line) {
    line = trim_end(line);
    const auto indent = std::min(line.find_first_not_of(' '), line.size());
    if (indent > 3 || indent == line.size())
        return std::nullopt;
    line.remove_prefix(indent);
    const char c = line[0];
    if (c != '`' && c != '~')
        return std::nullopt;
    Fence out{c, std::min(line.find_first_not_of(c), line.size()), {}};
    out.info = base::trim(line.substr(out.length));
    if (out.length < 3 || (c == '`' && out.info.find('`') != std::string_view::npos))
        return std::nullopt;
    return out;
}

std::optional<Marker> parse_marker(std::string_view line) {
    if (line.find(':') == std::string_view::npos) // nearly every line
        return std::nullopt;
    const auto full = line.ends_with('\n') ? line.substr(0, line.size() - 1) : line;
    line = trim_end(full);
    Marker out;
    const auto indent = std::min(line.find_first_not_of(" \t"), line.size());
    if (indent > max_indent)
        return std::nullopt;
    out.indent = line.substr(0, indent);
    std::string_view rest = skip_decoration(line.substr(indent));
    if (!starts_with_opening(rest))
        return std::nullopt;
    out.bare = rest.size() == full.size() && rest.ends_with(']');
    rest.remove_prefix(opening.size());

    const auto close = rest.rfind(']');
    if (close == std::string_view::npos)
        return std::nullopt;
    auto after = base::trim(rest.substr(close + 1));
    if (auto fence = parse_fence(after))
        out.fence = fence;
    else if (after.find_first_not_of("*_`: \t") != std::string_view::npos)
        return std::nullopt;
    const auto inner = rest.substr(0, close);
    read_inner(out, inner);
    if (!out.exact && base::lower(inner).find(opening) != std::string::npos) // two on one line: prose about the format
        return std::nullopt;
    return out;
}

bool is_build_tail(std::string_view line) {
    line = trim_end(line);
    return line == "# Build succeeded" || line == "# Build failed";
}

bool is_prose(std::string_view line, bool hash_is_comment) {
    line = trim_end(line);
    if (const auto text = line.find_first_not_of('#'); !hash_is_comment && text >= 1 && text <= 6 && line[text] == ' ')
        return text + 1 < line.size() && line[text + 1] >= 'A' && line[text + 1] <= 'Z'; // a heading; no Rust begins so
    if (line.empty() || line.front() == ' ' || line.front() == '\t')
        return false;
    if (line.size() >= 3 && line.find_first_not_of(line[0]) == std::string_view::npos)
        return line[0] == '-' || line[0] == '*' || line[0] == '_'; // a rule between sections
    for (const std::string_view mark : {"**", "- ", "* ", "> ", "1. ", "2. ", "3. "})
        if (line.starts_with(mark))
            line.remove_prefix(mark.size());
    if (line.empty() || line.front() < 'A' || line.front() > 'Z' ||
        line.find_first_of("{};") != std::string_view::npos || line.find("//") != std::string_view::npos ||
        line.find(" = ") != std::string_view::npos)
        return false;
    return std::count(line.begin(), line.end(), ' ') >= 2;
}

bool looks_like_rust(std::string_view text) {
    std::size_t code = 0, all = 0;
    bool signal = false;
    for (const auto raw : cut_lines(text)) {
        const auto line = base::trim(raw);
        if (line.empty())
            continue;
        ++all;
        code += code_line(line) ? 1 : 0;
        signal = signal || rust_signal(line);
    }
    return signal && 2 * code >= all;
}

} // namespace rustcoder::project::flat
