// Keywords that are missing, misspelt, or those of another language.
#include "repair/rules/lexical.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace rustcoder::repair::lexical {

namespace {

struct Alien {
    std::string_view wrong, right;
    double weight;
};
constexpr Alien aliens[] = {
    {"func", "fn", 0.6},       {"function", "fn", 0.6},     {"def", "fn", 0.6},         {"fun", "fn", 0.6},
    {"sub", "fn", 0},          {"proc", "fn", 0},           {"method", "fn", 0},        {"void", "fn", 0.2},
    {"var", "let", -0.1},      {"val", "let", 0.4},         {"auto", "let", 0.4},       {"const", "let", -0.6},
    {"final", "let", 0},       {"var", "let mut", 0.2},     {"int", "let", -0.5},       {"let", "const", -0.8},
    {"switch", "match", 0.6},  {"case", "match", -0.3},     {"when", "match", 0},       {"foreach", "for", 0.5},
    {"until", "while", 0},     {"elif", "else if", 0.8},    {"elseif", "else if", 0.8}, {"elsif", "else if", 0.8},
    {"elsif", "else if", 0.5}, {"class", "struct", 0.5},    {"record", "struct", 0},    {"interface", "trait", 0.6},
    {"protocol", "trait", 0},  {"implement", "impl", 0.5},  {"implements", "impl", 0},  {"implements", "for", 0},
    {"extends", ":", -0.5},    {"public", "pub", 0.6},      {"export", "pub", 0.2},     {"private", "", 0.2},
    {"protected", "", 0},      {"import", "use", 0.6},      {"using", "use", 0.6},      {"include", "use", 0.6},
    {"require", "use", 0.2},   {"from", "use", -0.6},       {"package", "mod", 0.3},    {"namespace", "mod", 0.6},
    {"module", "mod", 0.6},    {"mutable", "mut", 0.6},     {"ret", "return", 0.3},     {"new", "", -0.2},
    {"and", "&&", 0.6},        {"or", "||", 0.6},           {"not", "!", 0.6},          {"is", "==", 0.2},
    {"then", "{", -0.2},       {"do", "{", -0.5},           {"end", "}", -0.4},         {"begin", "{", -0.4},
    {"of", "in", 0.1},         {"throw", "return Err", -2}, {"lambda", "|", -2},        {"this", "self", 0.2},
    {"xor", "^", 0.2},         {"mod", "%", 0.1},           {"div", "/", 0.1},          {"loop", "while", -1.0},
    {"typedef", "type", 0.4},  {"string", "String", 0.1},   {"else", "_", -1.0},        {"default", "_", 0.1},
    {"otherwise", "_", 0.1},   {"static", "const", -0.8},   {"static", "", -0.8},       {"in", "of", -9},
    {"match", "if", -2},       {"if", "match", -1.2},       {"while", "if", -3}};

constexpr std::string_view words[] = {"fn",   "let",   "mut",   "pub",   "struct", "enum",   "impl",     "trait",
                                      "mod",  "use",   "type",  "const", "static", "match",  "if",       "else",
                                      "for",  "while", "loop",  "in",    "return", "break",  "continue", "where",
                                      "as",   "move",  "ref",   "async", "await",  "unsafe", "extern",   "dyn",
                                      "self", "Self",  "crate", "super", "true",   "false"};

class Keywords {
public:
    Keywords(const Bench& bench, int place, Ideas& ideas) : b_(bench), place_(place), ideas_(ideas) {}

    void run() {
        const int error = b_.before().ok ? place_ : b_.error();
        around(error);
        if (place_ >= 0 && place_ != error && std::abs(place_ - error) < 400)
            around(place_);
    }

private:
    static constexpr std::string_view rule_ = "lexical-keyword";

    void around(int error) {
        const int start = b_.statement_start(error);
        for (int i = std::max(0, error - 6); i <= std::min(error + 1, b_.size() - 1); ++i)
            spell(i, error);
        int line_head = error;
        while (line_head > 0 && !b_.line_start(line_head))
            --line_head;
        for (int i : {start, line_head})
            if (i < error - 6)
                for (int k = i; k <= std::min(i + 1, b_.size() - 1); ++k)
                    spell(k, error);
        std::set<int> gaps{start, line_head};
        for (int g = std::max(0, error - 3); g <= std::min(error, b_.size()); ++g)
            gaps.insert(g);
        for (int i = error - 1; i > start; --i) // where an operand begins
            if (one_of(b_.at(i), {"=", "=>", "(", ",", "return", "}", "&&", "||", ")", "->", "pub", "else"}) &&
                error - i < 40)
                gaps.insert(i + 1);
        // `x { A => ...`: the head of the block may lack its keyword
        int open =
            error < b_.size() ? static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(error))) : -1;
        for (int level = 0; open > 0 && level < 3; ++level) {
            if (b_.is(open, "{")) {
                int head = b_.statement_start(open);
                gaps.insert(head);
                for (int i = open - 1; i > head && open - i < 30; --i)
                    if (one_of(b_.at(i), {"=", "=>", "return", "&&"}))
                        gaps.insert(i + 1);
            }
            open = static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(open)));
        }
        for (int g : gaps)
            missing(g, error, start, line_head);
    }

    int line(int i) const { return static_cast<int>(b_.token(std::clamp(i, 0, b_.size() - 1)).line) + 1; }

    double near(int i, int error) const { return i > error ? -1.5 : -0.12 * std::min(error - i, 10); }

    /// Token i may be a keyword in disguise.
    void spell(int i, int error) {
        if (!seen_.insert(i).second)
            return;
        bool word = b_.kind(i, Kind::ident) || b_.kind(i, Kind::keyword);
        if (!word)
            return;
        std::string_view text = b_.at(i);
        std::string lower(text);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        for (const Alien& a : aliens) {
            if (a.wrong != lower)
                continue;
            int last = i + 1;
            ideas_.consider(
                {.first = i, .last = last, .text = std::string(a.right)}, a.weight + near(i, error), rule_, [&] {
                    return a.right.empty() ? fmt::format("Rust has no `{}` here.", text)
                                           : fmt::format("`{}` is not Rust's word for this; `{}` is.", text, a.right);
                });
        }
        if (!b_.kind(i, Kind::ident))
            return;
        for (std::string_view k : words) {
            bool same_start = k.size() >= 3 && lower.size() >= 4 && lower.starts_with(k.substr(0, 2));
            std::size_t cap = k.size() <= 3 && !same_start ? 1 : 2;
            std::size_t distance = base::edit_distance(lower, k, cap);
            if (distance > cap)
                continue;
            if (k.size() <= 2 && distance == 1 && lower.size() != k.size() && lower.size() != 3 && lower.size() != 1)
                continue;
            double w = distance == 0 ? 0.9 : distance == 1 ? 0.5 : -0.6;
            if (k.size() <= 2)
                w -= 0.5;
            ideas_.consider({.first = i, .last = i + 1, .text = std::string(k)}, w + near(i, error), rule_, [&] {
                return fmt::format("`{}` on line {} is a misspelling of the keyword `{}`.", text, line(i), k);
            });
        }
        // a keyword glued to the next word: `letx`, `fnmain`
        for (std::string_view k : {"let", "fn", "mut", "pub", "struct", "enum", "impl", "use", "mod", "return", "match",
                                   "if", "for", "while"})
            if (text.size() > k.size() && text.starts_with(k))
                ideas_.consider(
                    {.first = i, .last = i + 1, .text = std::string(k) + " " + std::string(text.substr(k.size()))},
                    -0.4 + near(i, error), rule_,
                    [&] { return fmt::format("A space is missing after `{}` on line {}.", k, line(i)); });
    }

    /// A keyword may be missing before token `gap`.
    void missing(int gap, int error, int start, int line_head) {
        struct Word {
            std::string_view text;
            double head, elsewhere; // weight at the start of a statement or line, and anywhere else
        };
        static constexpr Word list[] = {
            {"fn", 0.1, -0.1},      {"let", -0.2, -1.5},   {"match", -0.7, -0.5}, {"if", -0.3, -1.2},
            {"else", -0.4, -0.4},   {"for", -0.2, -0.6},   {"while", -1.3, -2},   {"in", -3, -0.1},
            {"struct", -0.3, -0.3}, {"enum", -0.5, -0.5},  {"impl", -0.4, -1.5},  {"trait", -1.0, -1.0},
            {"use", -0.3, -1.2},    {"mod", -0.6, -0.8},   {"type", -0.4, -1.0},  {"const", -0.7, -1.2},
            {"loop", -1.2, -1.2},   {"where", -0.6, -0.6}, {"return", -1.5, -2},  {"as", -4, -1.6},
            {"mut", -4, -2.2},      {"dyn", -4, -2.0},     {"static", -2, -2.5},  {"unsafe", -2, -2},
            {"move", -4, -2}};
        bool head = gap == start || gap == line_head || one_of(b_.at(gap - 1), {"{", "}", ";"});
        if (head && b_.is(gap - 1, "pub"))
            head = false;
        for (const Word& w : list) {
            double weight = (head ? w.head : w.elsewhere) + context(w.text, gap, head);
            if (weight < -5)
                continue;
            weight -= 0.05 * std::min(std::max(error - gap, 0), 12) + 0.25;
            ideas_.consider({.first = gap, .last = gap, .text = std::string(w.text)}, weight, rule_,
                            [&] { return fmt::format("The keyword `{}` is missing on line {}.", w.text, line(gap)); });
        }
    }

    /// Agreement of the keyword with its neighbours.
    double context(std::string_view k, int gap, bool head) const {
        std::string_view before = b_.at(gap - 1), first = b_.at(gap), second = b_.at(gap + 1);
        bool name = b_.kind(gap, Kind::ident);
        bool upper = name && first[0] >= 'A' && first[0] <= 'Z';
        int open = gap < b_.size() ? static_cast<int>(b_.source().enclosing_open(static_cast<std::size_t>(gap))) : -1;
        bool top = open < 0;
        if (k == "fn")
            return name && !upper && (second == "(" || second == "<") ? 0.4 : -6;
        if (k == "struct" || k == "enum" || k == "trait") {
            if (!upper || !(one_of(second, {"{", "<", "(", ";", ":"})))
                return -6;
            if (second == "(" || second == ";")
                return k == "struct" ? 0.3 : -6;
            // `name: Type` inside speaks for a struct, names alone or with parentheses for an enum, `fn` for a trait or
            // impl
            int brace = gap + 1;
            while (brace < b_.size() && !b_.is(brace, "{") && brace < gap + 24)
                ++brace;
            int in = brace + 1;
            while (b_.kind(in, Kind::doc) || b_.is(in, "#"))
                in = b_.is(in, "#") && b_.match(in + 1) > 0 ? b_.match(in + 1) + 1 : in + 1;
            if (b_.is(in, "pub") && !b_.is(in + 1, "fn"))
                in = b_.is(in + 1, "(") && b_.match(in + 1) > 0 ? b_.match(in + 1) + 1 : in + 1;
            bool functions = one_of(b_.at(in), {"fn", "const", "type", "pub", "async", "unsafe"});
            bool fields = b_.kind(in, Kind::ident) && b_.is(in + 1, ":");
            if (k == "struct")
                return fields ? 0.6 : functions ? -5 : -0.8;
            if (k == "enum")
                return fields || functions ? -5 : 0.6;
            return functions ? (definition(first) ? -2.0 : 0.4) : -1.5;
        }
        if (k == "impl") {
            if (before == "->" || before == ":" || before == "&")
                return upper ? 0 : -6;
            if (!head)
                return -6;
            for (int i = gap; i < gap + 12 && !one_of(b_.at(i), {"{", ";", "=", "("}); ++i)
                if (b_.is(i, "for"))
                    return 1.0;
            if (!(upper || first == "<"))
                return -6;
            return definition(first) || b_.is(gap + 1, "for") || first == "<" ? 0.6 : 0;
        }
        if (k == "use" || k == "mod")
            return name || one_of(first, {"std", "crate", "super", "self"})
                       ? (k == "use"                       ? (second == "::" ? 0.5 : -1.5)
                          : second == "{" || second == ";" ? 0.4
                                                           : -6)
                       : -6;
        if (k == "let")
            return head && !top && (name || one_of(first, {"mut", "(", "&", "ref", "_"}))
                       ? (one_of(second, {"=", ":", "("}) || first == "mut" ? 0.3 : -1)
                   : one_of(before, {"if", "while", "&&"}) ? 0.9
                                                           : -6;
        if (k == "type")
            return upper && (second == "=" || second == "<" || second == ";") ? 0.5 : -6;
        if (k == "const" || k == "static")
            return name && second == ":" && (upper || std::isupper(static_cast<unsigned char>(first[0]))) ? 0.3
                   : k == "const" && name && second == ":"                                                ? -1.5
                                                                                                          : -6;
        if (k == "match" || k == "if" || k == "while")
            return top ? -6
                   : (head || one_of(before, {"=", "=>", "return", "(", ",", "&&", "||", "else", "|", "->"}))
                       ? (one_of(first, {"let"}) ? (k == "match" ? -6 : 0.8) : 0)
                       : -2;
        if (k == "for")
            return head                                             ? 0.3
                   : b_.kind(gap - 1, Kind::ident) || before == ">" ? (upper || first == "&" ? 0.2 : -1)
                                                                    : -4;
        if (k == "in")
            return b_.kind(gap - 1, Kind::ident) || before == ")" ? 0 : -6;
        if (k == "else")
            return before == "}" && (first == "{" || first == "if") ? 0.8 : -6;
        if (k == "loop" || k == "unsafe")
            return first == "{" ? (before == "}" ? -0.6 : 0) : -6;
        if (k == "where")
            return (upper || b_.kind(gap, Kind::lifetime)) && one_of(second, {":", "<"}) ? 0.5 : -6;
        if (k == "as")
            return (b_.kind(gap, Kind::ident) &&
                    one_of(first, {"i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64", "u128",
                                   "usize", "f32", "f64", "char", "bool"}))
                       ? 1.8
                       : -2;
        if (k == "return")
            return head ? 0 : one_of(before, {"=>", "{"}) ? -0.5 : -4;
        return -1;
    }

    /// A struct or enum of that name is defined in the file.
    bool definition(std::string_view name) const {
        for (int i = 0; i + 1 < b_.size(); ++i)
            if (one_of(b_.at(i), {"struct", "enum", "union"}) && b_.is(i + 1, name))
                return true;
        return false;
    }

    const Bench& b_;
    int place_;
    Ideas& ideas_;
    std::set<int> seen_;
};

} // namespace

void keywords(const Bench& bench, int place, const toolchain::Diagnostic&, Ideas& ideas) {
    Keywords(bench, place, ideas).run();
}

} // namespace rustcoder::repair::lexical
