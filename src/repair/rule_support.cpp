#include "repair/rule_support.h"

#include "base/text.h"

#include <algorithm>
#include <array>

namespace rustcoder::repair {

namespace {

using base::is_ident;
using base::is_ident_start;
using base::trim;

bool starts(std::string_view s, std::string_view p) {
    return s.starts_with(p);
}

/// Splits at top-level commas; `->` does not close an angle bracket.
std::vector<std::string> split_arguments(std::string_view s) {
    std::vector<std::string> out;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= s.size(); ++i) {
        if (i == s.size() || (s[i] == ',' && depth == 0)) {
            auto part = trim(s.substr(begin, i - begin));
            if (!part.empty())
                out.emplace_back(part);
            begin = i + 1;
        } else if (s[i] == '<' || s[i] == '(' || s[i] == '[' || s[i] == '{') {
            ++depth;
        } else if (s[i] == ')' || s[i] == ']' || s[i] == '}' || (s[i] == '>' && (i == 0 || s[i - 1] != '-'))) {
            --depth;
        }
    }
    return out;
}

std::size_t skip_ident(std::string_view s, std::size_t i) {
    while (i < s.size() && is_ident(s[i]))
        ++i;
    return i;
}

std::string word_type(std::string_view word) {
    if (word == "integer")
        return "{integer}";
    if (word == "floating-point number")
        return "{float}";
    if (word == "`()`")
        return "()";
    return {};
}

} // namespace

std::vector<std::string> backticked(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t i = text.find('`'); i != std::string_view::npos;) {
        auto close = text.find('`', i + 1);
        if (close == std::string_view::npos)
            break;
        out.emplace_back(text.substr(i + 1, close - i - 1));
        i = text.find('`', close + 1);
    }
    return out;
}

bool code_is(const toolchain::Diagnostic& d, std::initializer_list<std::string_view> codes) {
    return std::find(codes.begin(), codes.end(), d.code) != codes.end();
}

std::optional<std::string> between(std::string_view text, std::string_view prefix, std::string_view suffix) {
    auto at = text.find(prefix);
    if (at == std::string_view::npos)
        return std::nullopt;
    at += prefix.size();
    auto end = suffix.empty() ? text.size() : text.find(suffix, at);
    if (end == std::string_view::npos)
        return std::nullopt;
    return std::string(text.substr(at, end - at));
}

std::string clean_type(std::string_view type) {
    std::string out;
    std::size_t i = 0;
    while (i < type.size()) {
        char c = type[i];
        if (c == '\'' && i + 1 < type.size() && is_ident_start(type[i + 1])) { // lifetime and what separates it
            i = skip_ident(type, i + 1);
            if (starts(type.substr(i), ", "))
                i += 2;
            else if (i < type.size() && type[i] == ' ')
                ++i;
            continue;
        }
        if (c == '{' && (starts(type.substr(i), "{closure") || starts(type.substr(i), "{async"))) {
            auto close = type.find('}', i);
            out += "{closure}";
            i = close == std::string_view::npos ? type.size() : close + 1;
            continue;
        }
        if (c == ' ' && i + 1 < type.size() && type[i + 1] == '{' && !starts(type.substr(i + 1), "{closure") &&
            !starts(type.substr(i + 1), "{integer}") && !starts(type.substr(i + 1), "{float}") && !out.empty()) {
            auto close = type.find('}', i); // the path of a fn item
            i = close == std::string_view::npos ? type.size() : close + 1;
            continue;
        }
        if (is_ident_start(c)) {
            auto end = skip_ident(type, i);
            if (starts(type.substr(end), "::")) {
                auto next = end + 2;
                if (next < type.size() && type[next] == '<') { // turbofish
                    out += type.substr(i, end - i);
                    i = next;
                    continue;
                }
                if (next < type.size() && is_ident_start(type[next]) && (out.empty() || !out.ends_with(">::"))) {
                    bool keep = type.substr(i, end - i) == "Self" || end - i == 1; // Self::Item, T::Item
                    if (keep)
                        out += type.substr(i, next - i);
                    i = next;
                    continue;
                }
            }
            out += type.substr(i, end - i);
            i = end;
            continue;
        }
        if (c == '\n' || c == '\t')
            c = ' ';
        if (c == ' ' && (out.empty() || out.back() == ' ')) {
            ++i;
            continue;
        }
        out += c;
        ++i;
    }
    out = base::replace_all(std::move(out), "<>", "");
    out = base::replace_all(std::move(out), "for ", "");
    while (out.ends_with(" +") || out.ends_with(" + ") || out.ends_with(", "))
        out.resize(out.find_last_not_of(" +,") + 1);
    return std::string(trim(out));
}

std::optional<ExpectedFound> expected_found(const toolchain::Diagnostic& d, const toolchain::Span& span) {
    const std::string& label = span.label;
    auto at = label.find("expected ");
    if (at == std::string::npos)
        return std::nullopt;
    auto comma = label.find(", found ", at);
    if (comma == std::string::npos)
        return std::nullopt;
    std::string_view e = trim(std::string_view(label).substr(at + 9, comma - at - 9));
    std::string_view f = trim(std::string_view(label).substr(comma + 8));
    auto read = [](std::string_view s, std::string& type, std::string& kind) {
        auto ticked = backticked(s);
        if (!ticked.empty()) {
            type = clean_type(ticked.front());
            kind = std::string(trim(s.substr(0, s.find('`'))));
        } else {
            type = word_type(s);
            kind = s;
        }
    };
    ExpectedFound out;
    read(e, out.expected, out.expected_kind);
    read(f, out.found, out.found_kind);
    for (const auto& child : d.children) {
        auto ticked = backticked(child.message);
        if (ticked.size() < 2 || child.message.find("expected ") == std::string::npos ||
            child.message.find("found ") == std::string::npos || child.message.find('\n') == std::string::npos)
            continue;
        auto newline = child.message.find("found ");
        out.expected_kind =
            std::string(trim(std::string_view(child.message)
                                 .substr(child.message.find("expected ") + 9)
                                 .substr(0, child.message.find('`') - child.message.find("expected ") - 9)));
        auto tick = child.message.find('`', newline);
        if (tick != std::string::npos)
            out.found_kind = std::string(trim(std::string_view(child.message).substr(newline + 6, tick - newline - 6)));
        // the label shortens long types with `...`, the note writes `_` for what both have in common
        auto shortened = [](const std::string& t) { return t.empty() || t.find("...") != std::string::npos; };
        if (shortened(out.expected))
            out.expected = clean_type(ticked[0]);
        if (shortened(out.found))
            out.found = clean_type(ticked[1]);
        break;
    }
    return out;
}

bool is_ref(std::string_view t) {
    return starts(trim(t), "&");
}
bool is_mut_ref(std::string_view t) {
    return starts(trim(t), "&mut ");
}

std::string strip_ref(std::string_view t) {
    t = trim(t);
    if (!starts(t, "&"))
        return std::string(t);
    t.remove_prefix(1);
    t = trim(t);
    if (starts(t, "'")) {
        t = trim(t.substr(skip_ident(t, 1)));
    }
    if (starts(t, "mut "))
        t = trim(t.substr(4));
    return std::string(t);
}

std::string strip_refs(std::string_view t) {
    std::string out(trim(t));
    while (is_ref(out))
        out = strip_ref(out);
    return out;
}

std::string type_head(std::string_view t) {
    t = trim(t);
    if (t.empty())
        return {};
    if (t[0] == '&' || t[0] == '[' || t[0] == '(' || t[0] == '*' || t[0] == '!')
        return std::string(t.substr(0, 1));
    auto end = skip_ident(t, 0);
    return std::string(t.substr(0, end));
}

std::vector<std::string> type_arguments(std::string_view t) {
    t = trim(t);
    auto open = t.find('<');
    if (starts(t, "(") || starts(t, "["))
        return split_arguments(t.substr(1, t.size() < 2 ? 0 : t.size() - 2));
    if (open == std::string_view::npos || !t.ends_with(">"))
        return {};
    auto all = split_arguments(t.substr(open + 1, t.size() - open - 2));
    std::erase_if(all, [](const std::string& a) { return a.starts_with("'"); });
    return all;
}

std::optional<std::string> wraps(std::string_view t, std::string_view head) {
    if (type_head(t) != head)
        return std::nullopt;
    auto arguments = type_arguments(t);
    if (arguments.empty())
        return std::nullopt;
    return arguments.front();
}

bool is_integer(std::string_view t) {
    static constexpr std::array names = {"u8",  "u16", "u32", "u64",  "u128",  "usize",    "i8",
                                         "i16", "i32", "i64", "i128", "isize", "{integer}"};
    return std::find(names.begin(), names.end(), t) != names.end();
}

bool is_float(std::string_view t) {
    return t == "f32" || t == "f64" || t == "{float}";
}
bool is_numeric(std::string_view t) {
    return is_integer(t) || is_float(t);
}

bool is_copy(std::string_view t) {
    return is_numeric(t) || t == "bool" || t == "char" || t == "()" || (is_ref(t) && !is_mut_ref(t));
}

bool is_complete_type(std::string_view t) {
    if (t.empty() || t.find('{') != std::string_view::npos || t.find("...") != std::string_view::npos ||
        t.find('?') != std::string_view::npos || t.find('@') != std::string_view::npos)
        return false;
    for (std::size_t i = 0; i < t.size(); ++i)
        if (t[i] == '_' && (i == 0 || !is_ident(t[i - 1])) && (i + 1 == t.size() || !is_ident(t[i + 1])))
            return false;
    return true;
}

bool lossless(std::string_view from, std::string_view to) {
    auto bits = [](std::string_view t) -> int {
        if (t == "usize" || t == "isize")
            return 0;
        int n = 0;
        for (char c : t.substr(t.empty() ? 0 : 1))
            n = c >= '0' && c <= '9' ? n * 10 + (c - '0') : -1000;
        return n;
    };
    if (from == "bool" && is_integer(to))
        return true;
    if (from == "u8" && (to == "char" || to == "usize"))
        return true;
    if (from == "char" && to == "u32")
        return true;
    if (from == "f32" && to == "f64")
        return true;
    if (!is_integer(from) || from[0] == '{' || to.empty() || to[0] == '{')
        return false;
    int a = bits(from), b = bits(to);
    if (is_integer(to)) {
        if (a <= 0 || b <= 0)
            return false;
        return from[0] == to[0] ? a < b : from[0] == 'u' && a < b;
    }
    return (to == "f64" && a > 0 && a <= 32) || (to == "f32" && a > 0 && a <= 16);
}

bool is_iterator_adapter(std::string_view t) {
    static constexpr std::array names = {"Map",
                                         "Filter",
                                         "FilterMap",
                                         "Rev",
                                         "Enumerate",
                                         "Zip",
                                         "Chars",
                                         "CharIndices",
                                         "Take",
                                         "Skip",
                                         "TakeWhile",
                                         "SkipWhile",
                                         "StepBy",
                                         "Chain",
                                         "Cloned",
                                         "Copied",
                                         "Peekable",
                                         "FlatMap",
                                         "Flatten",
                                         "Iter",
                                         "IterMut",
                                         "IntoIter",
                                         "Lines",
                                         "Split",
                                         "SplitWhitespace",
                                         "Windows",
                                         "Chunks",
                                         "Keys",
                                         "Values",
                                         "Bytes",
                                         "Cycle",
                                         "Inspect",
                                         "Scan",
                                         "MapWhile",
                                         "ChunksExact",
                                         "Drain",
                                         "IntoKeys",
                                         "IntoValues",
                                         "ValuesMut",
                                         "Fuse",
                                         "SplitN",
                                         "RSplit",
                                         "SplitTerminator",
                                         "Matches",
                                         "Repeat",
                                         "RepeatN",
                                         "Successors",
                                         "Union",
                                         "Intersection",
                                         "Difference",
                                         "SplitAsciiWhitespace",
                                         "RangeInclusive",
                                         "Range",
                                         "Once",
                                         "FromFn"};
    return std::find(names.begin(), names.end(), type_head(t)) != names.end();
}

std::string iterator_item(std::string_view t) {
    std::string head = type_head(t);
    auto a = type_arguments(t);
    auto inner = [&](std::size_t k = 0) { return a.size() > k ? iterator_item(a[k]) : std::string(); };
    if (head == "Chars")
        return "char";
    if (head == "CharIndices")
        return "(usize, char)";
    if (head == "Bytes")
        return "u8";
    if (head == "Lines" || head == "SplitWhitespace" || head == "Split" || head == "SplitN" ||
        head == "SplitTerminator" || head == "RSplit" || head == "Matches" || head == "SplitAsciiWhitespace")
        return "&str";
    if (head == "Iter" && a.size() == 1)
        return "&" + a[0];
    if (head == "Iter" && a.size() == 2)
        return "(&" + a[0] + ", &" + a[1] + ")";
    if (head == "IterMut" && a.size() == 1)
        return "&mut " + a[0];
    if (head == "IntoIter" && !a.empty())
        return a.size() == 2 && is_complete_type(a[1]) && !is_integer(a[1]) &&
                       a[1].find_first_not_of("0123456789") != std::string::npos
                   ? "(" + a[0] + ", " + a[1] + ")"
                   : a[0];
    if ((head == "Keys" || head == "Values") && a.size() == 2)
        return "&" + a[head == "Keys" ? 0 : 1];
    if ((head == "IntoKeys" || head == "IntoValues") && a.size() == 2)
        return a[head == "IntoKeys" ? 0 : 1];
    if ((head == "Windows" || head == "Chunks" || head == "ChunksExact") && !a.empty())
        return "&[" + a[0] + "]";
    if ((head == "Range" || head == "RangeInclusive" || head == "Drain" || head == "Once" || head == "Repeat") &&
        !a.empty())
        return a[0];
    if (head == "Cloned" || head == "Copied")
        return strip_ref(inner());
    if (head == "Enumerate" && !inner().empty())
        return "(usize, " + inner() + ")";
    if (head == "Zip" && a.size() == 2 && !inner(0).empty() && !inner(1).empty())
        return "(" + inner(0) + ", " + inner(1) + ")";
    for (std::string_view same : {"Rev", "Filter", "Take", "Skip", "TakeWhile", "SkipWhile", "StepBy", "Chain",
                                  "Peekable", "Cycle", "Inspect", "Fuse"})
        if (head == same)
            return inner();
    return {};
}

// ---- places -------------------------------------------------------------------------------------------------------

std::optional<Place> place_in(const RuleContext& context, std::string_view path, std::size_t begin, std::size_t end) {
    Place p;
    p.path = path;
    p.source = context.sources.source(path);
    p.tree = context.sources.tree(path);
    if (!p.source || !p.tree || begin > end || end > p.source->text().size())
        return std::nullopt;
    p.begin = begin;
    p.end = end;
    return p;
}

std::optional<Place> place_of(const RuleContext& context, const toolchain::Span& span) {
    if (!span.in_project)
        return std::nullopt;
    auto p = place_in(context, span.file, span.begin, span.end);
    if (p)
        p->span = &span;
    return p;
}

std::optional<Place> primary_place(const RuleContext& context) {
    const toolchain::Span* span = context.diagnostic.primary();
    return span ? place_of(context, *span) : std::nullopt;
}

// ---- edits --------------------------------------------------------------------------------------------------------

project::Edit make_edit(std::string_view path, std::size_t begin, std::size_t end, std::string text) {
    return project::Edit{std::string(path), begin, end, std::move(text)};
}

bool needs_parentheses(const Source& source, Range e) {
    std::size_t i = source.token_at(e.begin);
    const auto& tokens = source.tokens();
    if (i >= tokens.size())
        return false;
    std::string_view first = source.at(static_cast<std::int64_t>(i));
    if (first == "&" || first == "*" || first == "-" || first == "!" || first == "&&" || first == "|" ||
        first == "||" || first == "move" || first == "return" || first == "if" || first == "match" || first == "..")
        return true;
    int depth = 0;
    for (; i < tokens.size() && tokens[i].end <= e.end; ++i) {
        if (tokens[i].kind == Kind::open)
            ++depth;
        else if (tokens[i].kind == Kind::close)
            --depth;
        else if (depth == 0) {
            std::string_view t = source.text(tokens[i]);
            if (t == "<" && source.at(static_cast<std::int64_t>(i) - 1) == "::") { // turbofish: skip to its end
                int angle = 0;
                for (; i < tokens.size() && tokens[i].end <= e.end; ++i) {
                    auto u = source.text(tokens[i]);
                    angle += u == "<" ? 1 : u == ">" ? -1 : u == ">>" ? -2 : 0;
                    if (angle <= 0)
                        break;
                }
                continue;
            }
            if (t == "as" || t == "+" || t == "-" || t == "*" || t == "/" || t == "%" || t == "&" || t == "|" ||
                t == "^" || t == "<<" || t == ">>" || t == "==" || t == "!=" || t == "<" || t == ">" || t == "<=" ||
                t == ">=" || t == "&&" || t == "||" || t == ".." || t == "..=" || t == "=")
                return true;
        }
    }
    return false;
}

std::optional<Range> plain_initializer(const Tree& tree, Range expression) {
    std::string_view name = tree.source().text(expression);
    for (const auto& b : tree.bindings_at(expression.begin)) {
        if (b.name != name)
            continue;
        if (b.origin != syntax::Binding::Origin::let || b.initializer.empty() || !b.type_range.empty())
            return std::nullopt;
        auto before = tree.source().at(static_cast<std::int64_t>(tree.source().token_at(b.name_range.begin)) - 1);
        if (before != "let" && before != "mut")
            return std::nullopt;
        return b.initializer;
    }
    return std::nullopt;
}

std::vector<project::Edit> wrap_edits(const Source& source, std::string_view path, Range e, std::string before,
                                      std::string after, bool tight) {
    // a method of `&x` is a method of `x`: no `(&x).to_string()`
    auto text = source.text(e);
    if (tight && before.empty() && after.starts_with('.') && !after.starts_with(".into") && text.size() > 1 &&
        text[0] == '&' && text[1] != '&' && !text.starts_with("&mut ") &&
        !needs_parentheses(source, {e.begin + 1, e.end}))
        return {make_edit(path, e.begin, e.begin + 1, ""), make_edit(path, e.end, e.end, after)};
    if (before.empty() && after.starts_with(" as ") && text.size() > 2 && text[0] == '(' &&
        !needs_parentheses(source, {e.begin + 1, e.end - 1}) && text.back() == ')' &&
        source.tokens()[source.token_at(e.begin)].match == static_cast<std::int32_t>(source.token_before(e.end)))
        return {make_edit(path, e.end - 1, e.end - 1, after)}; // the cast goes into the parentheses that are there
    if (tight && needs_parentheses(source, e)) {
        before += "(";
        after = ")" + after;
    }
    std::vector<project::Edit> out;
    if (!before.empty())
        out.push_back(make_edit(path, e.begin, e.begin, before));
    if (!after.empty())
        out.push_back(make_edit(path, e.end, e.end, after));
    return out;
}

} // namespace rustcoder::repair
