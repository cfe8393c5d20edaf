// Missing, superfluous and mistaken punctuation around the place where reading stops.
#include "repair/rules/lexical.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rustcoder::repair::lexical {

namespace {

struct Weighted {
    std::string_view text;
    double weight;
};

/// What may have been meant by a token.
struct Mistake {
    std::string_view wrong, right;
    double weight;
};
constexpr Mistake mistakes[] = {
    {":", "::", -0.2},  {":", "=", -0.9},   {":", "=>", -0.6},  {":", "->", -0.5},    {":", ";", -0.6},
    {":", ",", -1.2},   {"::", ":", -0.2},  {"=", "==", -0.5},  {"=", "=>", -0.1},    {"=", ":", -0.4},
    {"=", "->", -0.8},  {"=", ";", -2.5},   {"==", "=", -0.1},  {"==", "=>", -0.5},   {"=>", "=", -0.6},
    {"=>", "->", -0.1}, {"=>", ">=", -0.2}, {"=>", "==", -1.5}, {"=>", ":", -0.8},    {"->", "=>", -0.1},
    {"->", ":", -0.6},  {"->", ".", -0.7},  {";", ",", -0.1},   {";", ":", -0.9},     {";", "::", -2.0},
    {",", ";", -0.1},   {",", ".", -1.0},   {",", ":", -1.6},   {".", ",", -0.8},     {".", ";", -1.2},
    {".", "::", -0.6},  {"..", ".", -0.3},  {".", "..", -1.0},  {"...", "..=", -0.2}, {"<=", "<", -2.0},
    {"|", "||", -1.6},  {"&", "&&", -1.6},  {"<-", "=", -0.5},  {"!", "!=", -0.9},    {"<", "(", -2.0},
    {"-", "->", -0.4},  {">", "=>", -0.8},  {"-", "=", -2.0},   {">", "->", -1.0},    {"$", "", -0.8},
    {"@", "", -1.0},    {"?", "", -1.2},    {"~", "!", -0.8},   {"[", "<", -1.5}};

/// Two neighbouring tokens that were meant as one.
struct Pair {
    std::string_view first, second, right;
    double weight;
};
constexpr Pair pairs[] = {
    {"==", "=", "==", 0.5},  {"!=", "=", "!=", 0.5},  {"=", "!", "!=", 0.1},   {"=", "<", "<=", 0.3},
    {"<", ">", "!=", 0.3},   {"=", "=", "==", 0.3},   {"=", ">", "=>", 0.2},   {"-", ">", "->", 0.3},
    {":", ":", "::", 0.3},   {"!", "=", "!=", 0.3},   {"<", "=", "<=", 0.3},   {">", "=", ">=", 0.3},
    {"&", "&", "&&", 0.2},   {"|", "|", "||", 0.2},   {":", "=", "=", 0.1},    {"+", "=", "+=", 0.2},
    {"-", "=", "-=", 0.2},   {"*", "=", "*=", 0.2},   {"::", ":", "::", 0.3},  {";", ";", ";", 0.2},
    {",", ",", ",", 0.3},    {"=>", "=>", "=>", 0.2}, {"..", ".", "..", -0.3}, {"=>", ">", "=>", 0.2},
    {"->", ">", "->", 0.2},  {"-", "->", "->", 0.2},  {"=", "=>", "=>", 0.2},  {"&&", "=", "&=", -0.5},
    {"===", "", "==", 0},    {"=", "==", "==", 0.3},  {"||", "=", "|=", -0.5}, {"<", "-", "=", -0.6},
    {"::", "::", "::", 0.3}, {".", ".", ".", 0.1},    {":", "::", "::", 0.3},  {"?", ".", ".", -0.6},
    {"!", "==", "!=", 0.4},  {"~", "=", "!=", 0.0},   {"<=", ">", "=>", -0.6}, {"**", "", "", 0}};

class Tokens {
public:
    Tokens(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas)
        : b_(bench), place_(place), d_(d), ideas_(ideas) {
        read_expectations();
    }

    void run() {
        const int error = b_.before().ok ? place_ : b_.error();
        around(error);
        if (place_ >= 0 && place_ != error && std::abs(place_ - error) < 400)
            around(place_);
        int start = b_.statement_start(error);
        if (start < error - 3)
            line_ends(start, error);
        macro_calls(start, error);
        angles(start, error);
    }

private:
    static constexpr std::string_view rule_ = "lexical-token";

    /// The tokens that the compiler would have taken: "expected one of `!` or `::`, found ...".
    void read_expectations() {
        std::string_view m = d_.message;
        std::size_t from = m.find("expected"), to = m.find("found");
        if (from == m.npos)
            return;
        m = m.substr(from, to == m.npos ? m.npos : to - from);
        for (std::size_t i = 0; (i = m.find('`', i)) != m.npos;) {
            std::size_t end = m.find('`', i + 1);
            if (end == m.npos)
                return;
            expected_.emplace(m.substr(i + 1, end - i - 1));
            i = end + 1;
        }
    }

    void around(int error) {
        if (!seen_.insert(error).second)
            return;
        for (int gap = std::max(0, error - 5); gap <= std::min(error + 1, b_.size()); ++gap)
            insert_at(gap, error);
        for (int i = std::max(0, error - 4); i <= std::min(error + 1, b_.size() - 1); ++i) {
            replace_at(i, error);
            remove_at(i, error);
        }
    }

    /// `Vec<Option<u8> = x`: somewhere behind the open `<`.
    void angles(int start, int error) {
        int open = 0;
        for (int i = start; i < std::min(error + 1, b_.size()); ++i) {
            std::string_view t = b_.at(i);
            open += t == "<" ? 1 : t == ">" ? -1 : t == ">>" ? -2 : 0;
        }
        if (open <= 0 || error - start > 120)
            return;
        for (int gap = start + 2; gap <= std::min(error + 1, b_.size()); ++gap) {
            double w = fit(">", gap);
            if (w > -2)
                ideas_.consider(
                    {.first = gap, .last = gap, .text = ">", .tight = true}, w - 0.12 * std::max(error - gap, 0), rule_,
                    [&] { return fmt::format("A `<` on line {} is never closed; a `>` is missing.", line(gap - 1)); });
        }
    }

    /// Holes of the format string around the gap less the arguments that are there; -1 when it is no format call.
    int open_holes(int gap) const {
        int open = gap < b_.size() ? static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(gap))) : -1;
        if (open < 2 || !b_.is(open - 1, "!") || b_.match(open) < 0)
            return -1;
        int text = -1, holes = 0, values = 0;
        for (int i = open + 1; i < b_.match(open);
             i = b_.kind(i, Kind::open) && b_.match(i) > i ? b_.match(i) + 1 : i + 1) {
            if (text < 0 && b_.kind(i, Kind::string))
                text = i;
            else if (text >= 0 && b_.is(i, ","))
                values += b_.is(i + 1, ")") ? 0 : 1;
        }
        if (text < 0)
            return -1;
        std::string_view s = b_.at(text);
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            if (s[i] == '{' && s[i + 1] == '{')
                ++i;
            else if (s[i] == '{' && (s[i + 1] == '}' || s[i + 1] == ':'))
                ++holes;
        }
        return std::max(holes - values, 0);
    }

    /// `vec[0; n]`: the name of a macro in front of a delimiter.
    void macro_calls(int start, int error) {
        for (int i = std::max(start, error - 80); i < std::min(error, b_.size() - 1); ++i)
            if (b_.kind(i, Kind::ident) && b_.kind(i + 1, Kind::open) && !b_.is(i + 1, "{") &&
                !one_of(b_.at(i - 1), {".", "::", "fn"}) && known_macro(b_.at(i)))
                ideas_.consider({.first = i + 1, .last = i + 1, .text = "!", .tight = true}, 0.8, rule_,
                                [&] { return fmt::format("`{}` is a macro: its name ends with `!`.", b_.at(i)); });
    }

    double distance(int gap, int error) const {
        int d = error - gap;
        return d < 0 ? -2.0 : d == 0 ? 0 : -0.55 * d;
    }

    int line(int i) const { return static_cast<int>(b_.token(std::clamp(i, 0, b_.size() - 1)).line) + 1; }

    void insert_at(int gap, int error) {
        static constexpr std::string_view all[] = {";",  ",",  ":", "::", "=", "=>", "->", ".", "..", "..=", "|",  "!",
                                                   "==", "&&", "&", "<",  ">", "+",  "-",  "?", "*",  "#",   "||", "_"};
        for (std::string_view t : all) {
            double w = fit(t, gap);
            if (w < -6)
                continue;
            w += distance(gap, error);
            if (gap == error && expected_.contains(std::string(t)))
                w += 0.5;
            bool tight =
                one_of(t, {";", ",", ":", "::", ".", "!", "?", ">"}) || (one_of(t, {"=", "=>", "->", "==", "&&", "+"}));
            ideas_.consider({.first = gap, .last = gap, .text = std::string(t), .tight = tight}, w - 0.3, rule_, [&] {
                return fmt::format("A `{}` is missing {} `{}` on line {}.", t, "after", b_.at(gap - 1), line(gap - 1));
            });
        }
    }

    /// How natural it is to find `t` between the tokens gap - 1 and gap.
    double fit(std::string_view t, int gap) const {
        std::string_view a = b_.at(gap - 1), z = b_.at(gap);
        bool line_end = b_.line_start(gap);
        bool upper = !a.empty() && b_.kind(gap - 1, Kind::ident) && a[0] >= 'A' && a[0] <= 'Z';
        bool next_upper = !z.empty() && b_.kind(gap, Kind::ident) && z[0] >= 'A' && z[0] <= 'Z';
        bool name = b_.kind(gap - 1, Kind::ident) || one_of(a, {"self", "Self", "super", "crate"});
        bool next_name = b_.kind(gap, Kind::ident);
        bool spaced = b_.spaced(gap);
        bool value_end = name || one_of(a, {")", "]", "}", "?"}) || b_.kind(gap - 1, Kind::integer) ||
                         b_.kind(gap - 1, Kind::string) || b_.kind(gap - 1, Kind::floating) ||
                         b_.kind(gap - 1, Kind::character);
        if (t == ";")
            return line_end || z == "}" ? 0.2 : value_end ? -2.2 : -4;
        if (t == "," && value_end && open_holes(gap) >= 0)
            return open_holes(gap) > 0 ? 0.4 : -2.0;
        if (t == ",")
            return value_end || one_of(a, {">", "_"}) ? (line_end ? 0.1 : spaced ? 0 : -0.8) : -3.5;
        if (t == ":") {
            bool type_next = next_upper || one_of(z, {"&", "[", "(", "i32", "u32", "usize", "u8", "u64", "i64", "f64",
                                                      "bool", "str", "char", "impl", "dyn", "fn", "Self"});
            if (b_.is(b_.statement_start(gap), "let") && !ahead_in_statement(gap, "="))
                return -2.2;
            return b_.kind(gap - 1, Kind::ident) || b_.kind(gap - 1, Kind::lifetime) ? (type_next ? 0 : -0.9)
                   : a == "self"                                                     ? -0.8
                                                                                     : -4;
        }
        if (t == "::" && next_name &&
            (a == "Self" ||
             one_of(a, {"mem",     "fs",   "io",          "env",   "fmt",    "cmp",   "iter", "thread", "mpsc",
                        "process", "time", "collections", "str",   "string", "slice", "ptr",  "rc",     "cell",
                        "sync",    "ops",  "num",         "f64",   "f32",    "u32",   "i32",  "u64",    "i64",
                        "usize",   "u8",   "char",        "crate", "super",  "std",   "core", "alloc"})))
            return 0.4;
        if (t == "::")
            return (name || a == ">") && (next_name || z == "<" || z == "{" || z == "*")
                       ? (upper || a == "std" || a == "crate" || a == "super" ? -0.1
                          : z == "{" || z == "<"                              ? -0.5
                                                                              : -1.6)
                       : -7;
        if (t == "=") {
            if (line_end)
                return -4;
            if (z == "=" || z == "==")
                return -4;
            int s = b_.statement_start(gap);
            bool declaration = one_of(b_.at(s), {"let", "const", "static", "type", "pub"});
            return declaration
                       ? (next_upper && !b_.is(gap + 1, "::") && !b_.is(gap + 1, "(") && !b_.is(gap + 1, "{") ? -0.6
                                                                                                              : -0.1)
                   : s == gap - 1 ? -1.0
                                  : -3.0;
        }
        if (t == "." && a == "self" && next_name)
            return 0.3;
        if (t == "." && value_end && next_name && b_.is(gap + 1, "(") && known_method(z))
            return 0.3;
        if (t == "=>")
            return value_end || a == "_" ? -0.3 : -3;
        if (t == "->")
            return a == ")" || a == "|" ? -0.1 : -7;
        if (t == ".")
            return value_end && (next_name || z == "await") ? (spaced && !line_end ? (b_.is(gap + 1, "(") ? -1.6 : -2.2)
                                                               : b_.is(gap + 1, "(") || line_end ? 0
                                                                                                 : -0.6)
                                                            : -7;
        if (t == ".." || t == "..=")
            return b_.kind(gap, Kind::integer) || b_.kind(gap - 1, Kind::integer) || z == "]" || a == "[" || z == "}" ||
                           one_of(z, {")", ","})
                       ? (t == ".." ? -1.0 : -1.7)
                   : t == ".." ? -2.4
                               : -3.0;
        if (t == "|" && count("|", gap) % 2 == 0 && !one_of(a, {"(", ",", "=", "move", "{"}))
            return -3.6;
        if (t == ">" && count("<", gap) <= count(">", gap))
            return -4.5;
        if (t == "|")
            return one_of(a, {"(", ",", "=", "move", "{"})                                ? -0.5
                   : name || one_of(a, {")", "_", "]"})                                   ? -1.0
                   : b_.kind(gap - 1, Kind::integer) || b_.kind(gap - 1, Kind::character) ? -1.2
                                                                                          : -3;
        if (t == "||")
            return one_of(a, {"(", ",", "=", "move"}) ? -1.2 : value_end ? -2.6 : -5;
        if (t == "!")
            return name && b_.kind(gap, Kind::open)     ? (known_macro(a) ? 0.3
                                                           : z == "{"     ? -2.0
                                                                          : -1.0)
                   : name && b_.kind(gap, Kind::string) ? -2
                                                        : -4;
        if (t == "==")
            return value_end && !line_end ? -1.4 : -6;
        if (t == "&&")
            return value_end && !line_end ? -2.0 : -6;
        if (t == "&")
            return -2.4;
        if (t == "<")
            return (upper || a == "impl" || a == "::" || (name && b_.is(gap - 2, "fn"))) ? (line_end ? -3 : -0.4) : -4;
        if (t == ">" && z == "=")
            return 0.3;
        if (t == ">" &&
            (a == ")" || z == ";" ||
             (z == "(" && ahead_in_statement(b_.statement_start(gap), "=") && b_.is(b_.statement_start(gap), "let"))))
            return -1.6;
        if (t == ">")
            return (name || one_of(a, {">", ">>", ")", "_", "]"}) || b_.kind(gap - 1, Kind::lifetime)) ? -0.4 : -4;
        if (t == "+" || t == "-" || t == "*")
            return value_end && !line_end ? (t == "+" ? -2.2 : -2.8) : -7;
        if (t == "?")
            return a == ")" && (line_end || z == ";" || z == ".") ? -3 : -7;
        if (t == "#")
            return z == "[" || (z == "!" && b_.is(gap + 1, "[")) ? 0.5 : -7;
        if (t == "_")
            return z == "=>" ? 0 : one_of(z, {",", ")", "in", "|", "=", ":"}) ? -1.5 : -7;
        return -7;
    }

    /// `text` comes between the gap and the end of its statement.
    bool ahead_in_statement(int gap, std::string_view text) const {
        for (int i = gap; i < b_.size() && i < gap + 60 && !one_of(b_.at(i), {";", "}"}); ++i)
            if (b_.is(i, text))
                return true;
        return false;
    }

    /// Occurrences since the statement began; `>>` and `<<` count twice.
    int count(std::string_view text, int gap) const {
        int n = 0;
        for (int i = b_.statement_start(gap); i < gap; ++i) {
            std::string_view t = b_.at(i);
            if (t == text)
                ++n;
            else if (t.size() == 2 && t[0] == t[1] && t.substr(1) == text && text != "|")
                n += 2;
        }
        return n;
    }

    bool known_macro(std::string_view name) const {
        if (one_of(name, {"println",     "print",         "eprintln",        "eprint",
                          "format",      "vec",           "panic",           "assert",
                          "assert_eq",   "assert_ne",     "write",           "writeln",
                          "todo",        "unimplemented", "unreachable",     "matches",
                          "dbg",         "debug_assert",  "debug_assert_eq", "macro_rules",
                          "include_str", "concat",        "stringify",       "env",
                          "line",        "file",          "thread_local",    "cfg"}))
            return true;
        for (int i = 0; i + 2 < b_.size(); ++i)
            if (b_.is(i, "macro_rules") && b_.is(i + 2, name))
                return true;
        return false;
    }

    /// A frequent method of std, or one declared with a receiver in this file.
    bool known_method(std::string_view name) const {
        if (one_of(name, {"iter",
                          "iter_mut",
                          "into_iter",
                          "next",
                          "len",
                          "map",
                          "filter",
                          "collect",
                          "unwrap",
                          "expect",
                          "clone",
                          "push",
                          "push_str",
                          "pop",
                          "insert",
                          "remove",
                          "get",
                          "get_mut",
                          "contains",
                          "contains_key",
                          "entry",
                          "or_insert",
                          "to_string",
                          "to_owned",
                          "as_str",
                          "as_ref",
                          "as_mut",
                          "chars",
                          "bytes",
                          "lines",
                          "split",
                          "split_whitespace",
                          "trim",
                          "parse",
                          "is_empty",
                          "is_some",
                          "is_none",
                          "is_ok",
                          "is_err",
                          "sum",
                          "count",
                          "max",
                          "min",
                          "rev",
                          "enumerate",
                          "zip",
                          "skip",
                          "take",
                          "fold",
                          "any",
                          "all",
                          "find",
                          "position",
                          "sort",
                          "sort_by",
                          "sort_by_key",
                          "dedup",
                          "extend",
                          "join",
                          "concat",
                          "keys",
                          "values",
                          "cloned",
                          "copied",
                          "and_then",
                          "ok_or",
                          "unwrap_or",
                          "unwrap_or_else",
                          "unwrap_or_default",
                          "ok",
                          "first",
                          "last",
                          "chain",
                          "flat_map",
                          "filter_map",
                          "abs",
                          "pow",
                          "sqrt",
                          "cmp",
                          "eq",
                          "into",
                          "lock",
                          "borrow",
                          "borrow_mut",
                          "send",
                          "recv",
                          "spawn",
                          "starts_with",
                          "ends_with",
                          "replace",
                          "to_uppercase",
                          "to_lowercase",
                          "windows",
                          "chunks",
                          "drain",
                          "retain",
                          "swap",
                          "reverse",
                          "write_str",
                          "finish",
                          "field",
                          "step_by",
                          "cycle",
                          "peekable",
                          "by_ref"}))
            return true;
        for (int i = 0; i + 4 < b_.size(); ++i)
            if (b_.is(i, "fn") && b_.is(i + 1, name))
                for (int k = i + 2; k < i + 8; ++k)
                    if (b_.is(k, "self"))
                        return true;
        return false;
    }

    void replace_at(int i, int error) {
        std::string_view a = b_.at(i), z = b_.at(i + 1);
        double near = distance(std::min(i, error), error) * 0.7;
        for (const Pair& p : pairs)
            if (a == p.first && z == p.second && !p.second.empty())
                ideas_.consider({.first = i, .last = i + 2, .text = std::string(p.right)}, p.weight + near, rule_, [&] {
                    return fmt::format("`{}{}` on line {} is not an operator of Rust; `{}` is.", a, z, line(i),
                                       p.right);
                });
        if ((a == "+" || a == "-") && z == a && !b_.spaced(i + 1)) {
            std::string text = std::string(a) + "= 1";
            ideas_.consider({.first = i, .last = i + 2, .text = text}, 0.8, rule_,
                            [&] { return fmt::format("Rust has no `{0}{0}`; `{1}` does the same.", a, text); });
        }
        for (const Mistake& m : mistakes) {
            if (a != m.wrong)
                continue;
            double w = m.weight + near;
            if (expected_.contains(std::string(m.right)))
                w += 0.3;
            if (m.right == "::" && b_.spaced(i + 1))
                w -= 1.2;
            if (m.right == ":" && !b_.spaced(i + 1))
                w -= 0.4;
            if (m.right == "." && b_.spaced(i + 1))
                w -= 0.8;
            if (m.right == ";" && !b_.line_start(i + 1))
                w -= 1.0;
            if (m.right == "," && b_.line_start(i + 1) && a == ";")
                w += 0.1;
            ideas_.consider({.first = i, .last = i + 1, .text = std::string(m.right)}, w, rule_, [&] {
                return m.right.empty() ? fmt::format("`{}` on line {} does not belong here.", a, line(i))
                                       : fmt::format("`{}` on line {} should be `{}`.", a, line(i), m.right);
            });
        }
    }

    void remove_at(int i, int error) {
        std::string_view a = b_.at(i);
        double near = distance(std::min(i, error), error) * 0.7;
        bool doubled = a == b_.at(i - 1) || a == b_.at(i + 1);
        if (b_.kind(i, Kind::punct) || b_.kind(i, Kind::unknown)) {
            double w = doubled ? 0 : a == ";" || a == "," ? -0.7 : -2.2;
            ideas_.consider(
                {.first = i, .last = i + 1, .text = ""}, w + near, rule_,
                [&] { return fmt::format("The `{}` on line {} is one too many.", a, line(i)); },
                doubled || a == ";" || a == "," ? Risk::none : Risk::low);
        } else if (b_.kind(i, Kind::keyword) || b_.kind(i, Kind::ident)) {
            double w = doubled ? 0.2 : b_.kind(i, Kind::keyword) ? -2.6 : -3.6;
            ideas_.consider(
                {.first = i, .last = i + 1, .text = ""}, w + near, rule_,
                [&] { return fmt::format("`{}` on line {} does not belong here.", a, line(i)); },
                doubled                     ? Risk::none
                : b_.kind(i, Kind::keyword) ? Risk::low
                                            : Risk::behaviour);
        }
    }

    /// A separator missing at the end of an earlier line of the same statement.
    void line_ends(int start, int error) {
        int tried = 0;
        for (int i = error - 6; i > start && tried < 8; --i) {
            if (!b_.line_start(i))
                continue;
            ++tried;
            for (std::string_view t : {";", ","})
                ideas_.consider(
                    {.first = i, .last = i, .text = std::string(t), .tight = true}, -0.8 - 0.1 * tried, rule_,
                    [&] { return fmt::format("A `{}` is missing at the end of line {}.", t, line(i - 1)); });
        }
    }

    const Bench& b_;
    int place_;
    const toolchain::Diagnostic& d_;
    Ideas& ideas_;
    std::set<std::string, std::less<>> expected_;
    std::set<int> seen_;
};

} // namespace

void tokens(const Bench& bench, int place, const toolchain::Diagnostic& d, Ideas& ideas) {
    Tokens(bench, place, d, ideas).run();
}

} // namespace rustcoder::repair::lexical
