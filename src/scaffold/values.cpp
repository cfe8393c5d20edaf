#include "scaffold/values.h"

#include "base/text.h"
#include "syntax/source.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace rustcoder::scaffold {

namespace {

struct Named {
    std::string_view name;
    double value;
};
constexpr Named small[] = {
    {"zero", 0},       {"none", 0},      {"no", 0},        {"a", 1},         {"an", 1},       {"one", 1},
    {"single", 1},     {"two", 2},       {"couple", 2},    {"pair", 2},      {"three", 3},    {"four", 4},
    {"five", 5},       {"six", 6},       {"seven", 7},     {"eight", 8},     {"nine", 9},     {"ten", 10},
    {"eleven", 11},    {"twelve", 12},   {"thirteen", 13}, {"fourteen", 14}, {"fifteen", 15}, {"sixteen", 16},
    {"seventeen", 17}, {"eighteen", 18}, {"nineteen", 19}, {"twenty", 20},   {"thirty", 30},  {"forty", 40},
    {"fifty", 50},     {"sixty", 60},    {"seventy", 70},  {"eighty", 80},   {"ninety", 90},  {"half", 0.5},
    {"quarter", 0.25},
};
constexpr Named large[] = {
    {"hundred", 100}, {"thousand", 1e3}, {"k", 1e3},       {"million", 1e6}, {"m", 1e6},        {"mio", 1e6},
    {"billion", 1e9}, {"bn", 1e9},       {"g", 1e9},       {"dozen", 12},    {"kb", 1e3},       {"mb", 1e6},
    {"gb", 1e9},      {"kib", 1024},     {"mib", 1 << 20}, {"gib", 1 << 30}, {"percent", 0.01}, {"%", 0.01},
};

template <std::size_t n> std::optional<double> look_up(const Named (&table)[n], std::string_view word) {
    for (const auto& [name, value] : table)
        if (name == word)
            return value;
    return std::nullopt;
}

/// "1,000.5k" -> 1000.5 and "k".
std::optional<double> digits(std::string_view word, std::string_view& suffix) {
    std::string plain;
    std::size_t i = 0;
    const auto is_digit = [&](std::size_t at) { return at < word.size() && word[at] >= '0' && word[at] <= '9'; };
    if (i < word.size() && (word[i] == '-' || word[i] == '+'))
        plain += word[i++];
    if (!is_digit(i) && !(word.substr(i).starts_with('.') && is_digit(i + 1)))
        return std::nullopt;
    for (bool point = false; i < word.size(); ++i) {
        const bool group = word[i] == ',' || word[i] == '_' || word[i] == '\'';
        if (is_digit(i))
            plain += word[i];
        else if (word[i] == '.' && !point && is_digit(i + 1))
            point = true, plain += '.';
        else if (!(group && is_digit(i + 1) && is_digit(i + 2) && is_digit(i + 3)) &&
                 !(word[i] == '_' && is_digit(i + 1)))
            break;
    }
    suffix = word.substr(i);
    const char* first = plain.data() + (plain.starts_with('+') ? 1 : 0);
    double value = 0;
    const auto [end, error] = std::from_chars(first, plain.data() + plain.size(), value);
    return error == std::errc() && end == plain.data() + plain.size() ? std::optional(value) : std::nullopt;
}

} // namespace

std::optional<double> number_of(std::string_view text) {
    const auto spaced = base::lower(text);
    std::optional<double> total, part; // "two thousand five hundred" is 2 * 1000 + 5 * 100
    std::size_t words = 0;
    std::string rest = spaced;
    if (!rest.empty() && !(rest[0] == '-' || rest[0] == '+'))
        rest = base::replace_all(rest, "-", " ");
    for (const auto word : base::split(rest, ' ')) {
        if (word.empty() || word == "and" || word == "of" || (words > 0 && (word == "a" || word == "an")))
            continue;
        ++words;
        std::string_view suffix;
        if (const auto number = digits(word, suffix)) {
            if (part)
                return std::nullopt;
            const auto factor = suffix.empty() ? std::optional(1.0) : look_up(large, suffix);
            if (!factor)
                return std::nullopt;
            part = *number * *factor;
        } else if (const auto value = look_up(small, word)) {
            part = part.value_or(0) + *value;
        } else if (const auto factor = look_up(large, word)) {
            part = part.value_or(1) * *factor;
            if (*factor >= 1000) {
                total = total.value_or(0) + *part;
                part.reset();
            }
        } else {
            return std::nullopt;
        }
    }
    if (!total && !part)
        return std::nullopt;
    return total.value_or(0) + part.value_or(0);
}

std::string number_text(double value) {
    if (std::abs(value) < 1e15 && value == std::floor(value))
        return fmt::format("{}", static_cast<long long>(value));
    auto out = fmt::format("{}", value);
    if (!base::has(out, "e"))
        return out;
    out = fmt::format("{:.12f}", value); // a power of ten is nothing that people write
    return out.substr(0, out.find_last_not_of('0') + 1);
}

namespace {

using syntax::Kind;

/// The content of a literal, as source. `quote` is the delimiter, 0 for text of a raw string.
std::string escaped(std::string_view value, char quote, bool ascii) {
    std::string out;
    for (const char c : value) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\\' || c == quote)
            out += {'\\', c};
        else if (c == '\n')
            out += "\\n";
        else if (c == '\t')
            out += "\\t";
        else if (c == '\r')
            out += "\\r";
        else if (byte < 0x20 || byte == 0x7F || (ascii && byte >= 0x80))
            out += fmt::format("\\x{:02x}", byte);
        else
            out += c;
    }
    return out;
}

std::string without(std::string_view text, char c) {
    std::string out;
    for (const char x : text)
        if (x != c)
            out += x;
    return out;
}

/// The number as the literal was written: its suffix, its grouping, its point.
std::optional<std::string> number_literal(std::string_view token, bool floating, std::string_view from,
                                          std::string_view value) {
    const auto plain = without(token, '_');
    if (!plain.starts_with(from))
        return std::nullopt;
    const auto tail = std::string_view(plain).substr(from.size()); // i64, f32, or ".0" of a whole default
    if (!tail.empty() && !base::one_of(tail, {"u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64",
                                              "i128", "isize", "f32", "f64", ".0"}))
        return std::nullopt;
    std::string out(value);
    if (token.find('_') < from.size() && out.find_first_not_of("0123456789") == std::string::npos && out.size() > 4)
        for (auto at = static_cast<std::ptrdiff_t>(out.size()) - 3; at > 0; at -= 3)
            out.insert(static_cast<std::size_t>(at), "_");
    if (floating && !base::has(out, ".") && !tail.starts_with('f'))
        out += ".0";
    return tail == ".0" ? out : out + std::string(tail);
}

std::size_t code_points(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool whole_at(std::string_view text, std::size_t at, std::size_t size) {
    const auto joins = [](char a, char b) { return base::is_ident(a) && base::is_ident(b); };
    return (at == 0 || size == 0 || !joins(text[at - 1], text[at])) &&
           (at + size >= text.size() || size == 0 || !joins(text[at + size - 1], text[at + size]));
}

/// Position of a whole occurrence, npos when there is none.
std::size_t find_whole(std::string_view text, std::string_view what) {
    if (what.empty())
        return text.empty() ? 0 : std::string_view::npos;
    for (auto at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1))
        if (whole_at(text, at, what.size()))
            return at;
    return std::string_view::npos;
}

/// Braces of the text of a format macro are doubled.
bool is_format(const syntax::Source& source, std::size_t token) {
    const auto open = source.enclosing_open(token);
    return source.at(open - 1) == "!" &&
           base::one_of(source.at(open - 2), {"format", "print", "println", "eprint", "eprintln", "write", "writeln",
                                              "panic", "assert", "assert_eq", "format_args"});
}

Result<std::optional<std::string>> in_literal(const syntax::Source& source, std::size_t index, std::string_view from,
                                              std::string_view value) {
    const auto& token = source.tokens()[index];
    const auto text = source.text(token);
    const bool character = token.kind == Kind::character || token.kind == Kind::byte;
    const char quote = character ? '\'' : '"';
    const auto first = text.find(quote), last = text.rfind(quote);
    if (first == std::string_view::npos || last <= first)
        return std::nullopt;
    const auto prefix = text.substr(0, first);
    const bool raw = base::has(prefix, "r"), bytes = base::has(prefix, "b");
    const auto inner = text.substr(first + 1, last - first - 1);
    const auto wanted = raw ? std::string(from) : escaped(from, quote, bytes);
    const auto at = character ? (inner == wanted ? 0 : std::string_view::npos) : find_whole(inner, wanted);
    if (at == std::string_view::npos)
        return std::nullopt;
    if (character && (code_points(value) != 1 || (bytes && value.size() != 1)))
        return fail(Errc::invalid_input, fmt::format("'{}' is not one character", value), {},
                    "Give a value of one character.");
    std::string written = raw ? std::string(value) : escaped(value, quote, bytes);
    if (is_format(source, index))
        written = base::replace_all(base::replace_all(written, "{", "{{"), "}", "}}");
    const auto whole = std::string(inner.substr(0, at)) + written + std::string(inner.substr(at + wanted.size()));
    if (raw && value.find_first_of("\"\n\r") != std::string_view::npos) // as a plain literal
        return std::string(bytes ? "b\"" : "\"") + escaped(whole, '"', bytes) + "\"";
    return std::string(text.substr(0, first + 1)) + whole + std::string(text.substr(last));
}

Result<std::optional<std::string>> replace_token(const syntax::Source& source, std::size_t index, std::string_view from,
                                                 std::string_view value) {
    const auto& token = source.tokens()[index];
    const auto text = source.text(token);
    switch (token.kind) {
    case Kind::integer:
    case Kind::floating:
        return number_literal(text, token.kind == Kind::floating, from, value);
    case Kind::string:
    case Kind::byte_string:
    case Kind::c_string:
    case Kind::character:
    case Kind::byte:
        return in_literal(source, index, from, value);
    case Kind::ident:
    case Kind::keyword:
        return text == from ? std::optional(std::string(value)) : std::nullopt;
    default:
        return std::nullopt;
    }
}

} // namespace

Result<std::optional<std::string>> replace_value(std::string_view line, bool rust, std::string_view from,
                                                 std::string_view value) {
    if (!rust) {
        const auto quotes = line.find('"');
        const auto at = find_whole(line, from);
        if (at == std::string_view::npos || from.empty())
            return std::nullopt;
        const auto written = quotes < at ? escaped(value, '"', false) : std::string(value);
        return std::string(line.substr(0, at)) + written + std::string(line.substr(at + from.size()));
    }
    const syntax::Source source{std::string(line)};
    const auto whole = [&](std::size_t begin, std::size_t end, std::string_view written) {
        return std::string(line.substr(0, begin)) + std::string(written) + std::string(line.substr(end));
    };
    const bool negative = from.starts_with('-') && from.size() > 1;
    for (std::size_t i = 0; i < source.tokens().size(); ++i) {
        const auto& token = source.tokens()[i];
        if (negative && source.text(token) == "-" && i + 1 < source.tokens().size()) {
            const auto& next = source.tokens()[i + 1];
            if (const auto digits =
                    number_literal(source.text(next), next.kind == Kind::floating, from.substr(1), value))
                return whole(token.begin, next.end, *digits);
        }
        RC_TRY_ASSIGN(const auto written, replace_token(source, i, from, value));
        if (written)
            return whole(token.begin, token.end, *written);
    }
    return std::nullopt;
}

} // namespace rustcoder::scaffold
