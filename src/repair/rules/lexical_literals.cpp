// Quotes, comments, look-alike characters and number suffixes. A lost quote shifts every later string of the file, so
// lines are looked at one by one, as if each began outside a string.
#include "repair/rules/lexical.h"

#include "base/text.h"
#include "syntax/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace rustcoder::repair::lexical {

namespace {

struct LookAlike {
    char32_t seen;
    std::string_view meant;
};
constexpr LookAlike look_alikes[] = {
    {0x201C, "\""}, {0x201D, "\""}, {0x201E, "\""}, {0x201F, "\""}, {0x00AB, "\""}, {0x00BB, "\""}, {0xFF02, "\""},
    {0x2018, "'"},  {0x2019, "'"},  {0x201A, "'"},  {0x00B4, "'"},  {0xFF07, "'"},  {0x2032, "'"},  {0x2033, "\""},
    {0xFF1B, ";"},  {0x037E, ";"},  {0xFF0C, ","},  {0x3001, ","},  {0x201B, "'"},  {0xFF1A, ":"},  {0x2236, ":"},
    {0x3002, "."},  {0xFF0E, "."},  {0x2024, "."},  {0xFF08, "("},  {0xFF09, ")"},  {0x3010, "["},  {0x3011, "]"},
    {0xFF3B, "["},  {0xFF3D, "]"},  {0xFF5B, "{"},  {0xFF5D, "}"},  {0x2010, "-"},  {0x2011, "-"},  {0x2012, "-"},
    {0x2013, "-"},  {0x2014, "-"},  {0x2015, "-"},  {0x2212, "-"},  {0xFF0D, "-"},  {0xFF0B, "+"},  {0x00D7, "*"},
    {0x2217, "*"},  {0x22C5, "*"},  {0xFF0A, "*"},  {0x00F7, "/"},  {0x2215, "/"},  {0x2044, "/"},  {0xFF0F, "/"},
    {0xFF1D, "="},  {0xFF1C, "<"},  {0xFF1E, ">"},  {0x2039, "<"},  {0x203A, ">"},  {0x2264, "<="}, {0x2265, ">="},
    {0x2260, "!="}, {0x2192, "->"}, {0x21D2, "=>"}, {0xFF01, "!"},  {0xFF1F, "?"},  {0xFF06, "&"},  {0xFF5C, "|"},
    {0x2223, "|"},  {0xFF20, "@"},  {0xFF03, "#"},  {0xFF05, "%"},  {0xFF3F, "_"},  {0x2026, ".."}, {0x00A0, " "},
    {0x3000, " "},  {0x2002, " "},  {0x2003, " "},  {0x2009, " "},  {0x202F, " "},  {0x200B, ""},   {0xFEFF, ""},
    {0x2060, ""},   {0x2228, "||"}, {0x2227, "&&"}, {0x00AC, "!"},  {0xFF0E, "."}};

class Literals {
public:
    Literals(const Bench& bench, int place, Ideas& ideas)
        : b_(bench), s_(bench.source()), place_(place), ideas_(ideas) {}

    void run() {
        look_alike_characters();
        prefixed_strings();
        comments();
        suffixes();
        const std::size_t error = b_.error() < b_.size() ? b_.token(b_.error()).begin : s_.text().size();
        const std::size_t seen = place_ >= 0 && place_ < b_.size() ? b_.token(place_).begin : error;
        int lines = 0;
        for (std::size_t line = 0; line < s_.line_count() && lines < 5; ++line) {
            if (s_.line_begin(line) > std::max(error, seen))
                break;
            bool near = s_.line_of(error) == line || s_.line_of(seen) == line;
            lines += quotes(line, near) ? 1 : 0;
        }
    }

private:
    static constexpr std::string_view rule_ = "lexical-literal";

    project::Edit edit(std::size_t begin, std::size_t end, std::string text) const {
        return {b_.path(), begin, end, std::move(text)};
    }

    void look_alike_characters() {
        std::vector<project::Edit> all;
        for (int i = 0; i < b_.size(); ++i) {
            if (!b_.kind(i, Kind::unknown))
                continue;
            const Token& t = b_.token(i);
            char32_t c = syntax::code_point_at(s_.text(), t.begin).value;
            if (c == '\\' || c == '`') {
                all.push_back(edit(t.begin, t.end, c == '`' ? "\"" : ""));
                continue;
            }
            const auto* hit = std::find_if(std::begin(look_alikes), std::end(look_alikes),
                                           [&](const LookAlike& l) { return l.seen == c; });
            if (hit == std::end(look_alikes)) {
                ideas_.consider_text({edit(t.begin, t.end, "")}, -1.0, rule_,
                                     fmt::format("`{}` is no part of Rust.", b_.at(i)), Risk::low);
                continue;
            }
            all.push_back(edit(t.begin, t.end, std::string(hit->meant)));
        }
        if (all.empty())
            return;
        std::string why = "Characters that only look like Rust's punctuation are replaced by the real ones.";
        ideas_.consider_text(all, 1.5, rule_, why);
        if (all.size() > 1)
            for (std::size_t i = 0; i < all.size() && i < 4; ++i)
                ideas_.consider_text({all[i]}, -0.5, rule_, why);
    }

    /// f"..{x}" and other prefixes Rust does not have.
    void prefixed_strings() {
        for (int i = 0; i + 1 < b_.size(); ++i) {
            if (!b_.kind(i + 1, Kind::string) || b_.token(i).end != b_.token(i + 1).begin || !b_.kind(i, Kind::ident))
                continue;
            std::string_view prefix = b_.at(i);
            if (prefix.size() > 2)
                continue;
            std::size_t begin = b_.token(i).begin, end = b_.token(i + 1).end;
            std::string literal(b_.at(i + 1));
            int open = static_cast<int>(s_.enclosing_open(static_cast<std::size_t>(i)));
            bool format = open > 1 && b_.is(open - 1, "!") &&
                          one_of(b_.at(open - 2), {"println", "print", "eprintln", "eprint", "format", "panic", "write",
                                                   "writeln", "assert"});
            std::string why = fmt::format(
                "Rust has no `{}\"...\"` strings; `format!` and the printing macros fill in `{{name}}`.", prefix);
            ideas_.consider_text({edit(begin, begin + prefix.size(), "")}, format ? 2.0 : 0.3, rule_, why);
            if (prefix == "f" || prefix == "F" || prefix == "s" || prefix == "$")
                ideas_.consider_text({edit(begin, end, "format!(" + literal + ")")}, format ? -1.0 : 2.0, rule_, why);
        }
    }

    /// Comments in the manner of other languages, and block comments without an end.
    void comments() {
        std::vector<project::Edit> hashes;
        for (std::size_t line = 0; line < s_.line_count(); ++line) {
            std::string_view text = s_.line_text(line);
            std::size_t first = text.find_first_not_of(" \t");
            if (first == text.npos)
                continue;
            std::size_t at = s_.line_begin(line) + first;
            std::string_view rest = text.substr(first);
            if (in_code(at) && comment_like(rest))
                hashes.push_back(edit(at, at + marker(rest), "//"));
            else if (std::size_t hash = trailing(text); hash != text.npos && in_code(s_.line_begin(line) + hash))
                hashes.push_back(edit(s_.line_begin(line) + hash, s_.line_begin(line) + hash + 1, "//"));
        }
        std::string why = "Comments of Rust begin with `//`.";
        if (!hashes.empty())
            ideas_.consider_text(hashes, 1.2, rule_, why);
        for (std::size_t i = 0; i < hashes.size() && hashes.size() > 1 && i < 4; ++i)
            ideas_.consider_text({hashes[i]}, 0.4, rule_, why);
        if (b_.size() > 0 && b_.kind(b_.size() - 1, Kind::doc) && b_.token(b_.size() - 1).unterminated) {
            const Token& t = b_.token(b_.size() - 1);
            std::size_t line_end = s_.line_end(s_.line_of(t.begin));
            ideas_.consider_text({edit(line_end, line_end, " */")}, 0.6, rule_,
                                 "The comment that starts with `/*` is never closed.");
            ideas_.consider_text({edit(t.begin, t.begin + 2, "//")}, 0.2, rule_,
                                 "The comment that starts with `/*` is never closed.");
        }
    }

    bool in_code(std::size_t offset) const {
        if (!s_.in_comment_or_literal(offset))
            return true;
        // behind a quote in a comment's text everything may look like a string
        return false;
    }

    static std::size_t marker(std::string_view rest) { return rest.starts_with("--") ? 2 : 1; }

    static bool comment_like(std::string_view rest) {
        if (rest.starts_with("--"))
            return rest.size() > 2 && rest[2] == ' ';
        if (rest[0] == '#')
            return rest.size() < 2 ||
                   (rest[1] != '[' && rest[1] != '!' && rest[1] != '"' && rest.find(']') == rest.npos);
        if (rest[0] == '/' && rest.size() > 1 && rest[1] != '/' && rest[1] != '*')
            return true;
        return false;
    }

    /// Offset in the line of a ` # comment` or ` / comment` behind code.
    static std::size_t trailing(std::string_view text) {
        for (std::string_view mark : {"  # ", "; # ", "{ # ", "} # ", ", # ", ") # ", "; / ", ", / ", "{ / ", "} / "}) {
            std::size_t at = text.find(mark);
            if (at != text.npos)
                return at + mark.size() - 2;
        }
        return text.npos;
    }

    void suffixes() {
        static constexpr std::string_view known[] = {"u8",  "u16", "u32", "u64",  "u128",  "usize", "i8",
                                                     "i16", "i32", "i64", "i128", "isize", "f32",   "f64"};
        int from = std::max(0, std::min(b_.error(), b_.size() - 1) - 3), to = std::min(b_.size(), b_.error() + 2);
        for (int i = from; i < to; ++i) {
            if (!b_.kind(i, Kind::integer) && !b_.kind(i, Kind::floating))
                continue;
            std::string_view text = b_.at(i);
            std::size_t cut = std::min(text.find_first_not_of("0123456789_."), text.size());
            std::string_view suffix = text.substr(cut);
            if (suffix.empty() || text.starts_with("0x") ||
                std::find(std::begin(known), std::end(known), suffix) != std::end(known))
                continue;
            const Token& t = b_.token(i);
            std::string why = fmt::format("`{}` is no number type.", suffix);
            for (std::string_view k : known)
                if (std::size_t d = base::edit_distance(suffix, k, 2); d <= 2)
                    ideas_.consider_text({edit(t.begin + cut, t.end, std::string(k))}, d == 1 ? -0.2 : -1.2, rule_,
                                         why);
            ideas_.consider_text({edit(t.begin + cut, t.end, "")}, -1.5, rule_, why, Risk::low);
        }
    }

    // ---- quotes

    /// True when the line alone does not lex cleanly.
    bool quotes(std::size_t line, bool near) {
        std::string_view text = s_.line_text(line);
        if (text.find('"') == text.npos && text.find('\'') == text.npos)
            return false;
        syntax::Lexed lexed = syntax::lex(text);
        const Token* odd = nullptr;
        for (const Token& t : lexed.tokens)
            if (t.unterminated && t.kind != Kind::doc)
                odd = &t;
        std::size_t base = s_.line_begin(line);
        bool suspicious = odd != nullptr;
        for (const Token& t : lexed.tokens) {
            std::string_view token = text.substr(t.begin, t.end - t.begin);
            if (t.kind == Kind::character && token.size() > 3 && token[1] != '\\' &&
                syntax::code_point_at(token, 1).length + 2 != token.size())
                suspicious = true;
            if (t.kind == Kind::lifetime && near)
                suspicious = true;
        }
        if (!suspicious && !near)
            return false;
        if (odd && odd->kind != Kind::character) {
            int tried = 0;
            for (std::size_t q = text.find('"'); q != text.npos && tried < 6; q = text.find('"', q + 1), ++tried) {
                double away = q == odd->begin ? 0 : -0.5;
                string_end(line, base, text, q, near, away);
                string_start(line, base, text, q, near, away);
            }
        }
        characters(line, base, text, near);
        return suspicious;
    }

    /// A closing quote is missing behind the quote at `quote`.
    void string_end(std::size_t line, std::size_t base, std::string_view text, std::size_t quote, bool near,
                    double away) {
        std::string why = fmt::format("The string that starts on line {} is never closed.", line + 1);
        for (std::size_t i = quote + 1; i <= text.size(); ++i) {
            std::string_view rest = text.substr(i);
            char c = rest.empty() ? '\n' : rest[0];
            if (!(c == ')' || c == ';' || c == ',' || c == ']' || c == '}' || c == '\n' || c == '.' || c == ' '))
                continue;
            double w = c == ')'    ? 0
                       : c == ';'  ? -0.6
                       : c == ','  ? -0.3
                       : c == '\n' ? -0.8
                       : c == '.'  ? -1.0
                       : c == ' '  ? -2.2
                                   : -0.9;
            if (c == ' ' && !(rest.starts_with(" =>") || rest.starts_with(" =") || rest.starts_with(" {") ||
                              rest.starts_with(" }") || rest.starts_with(" |")))
                continue;
            if (c == '.' &&
                !(rest.size() > 1 && std::isalpha(static_cast<unsigned char>(rest[1])) && rest.find('(') != rest.npos))
                continue;
            // what follows should be the end of the statement
            bool method = rest.starts_with(").") && rest.size() > 2 &&
                          std::isalpha(static_cast<unsigned char>(rest[2])) && rest.find('(', 2) != rest.npos;
            bool plain_tail = method || rest.find_first_not_of(");,]}? ") == rest.npos;
            w += plain_tail ? 0.4 : 0;
            w -= 1.6 * std::abs(placeholders(text.substr(quote, i - quote)) - values_behind(rest));
            ideas_.consider_text({edit(base + i, base + i, "\"")}, w + away + (near ? 0.3 : 0), rule_, why);
        }
    }

    /// The quote at `quote` closes a string whose opening quote is missing.
    void string_start(std::size_t line, std::size_t base, std::string_view text, std::size_t quote, bool near,
                      double away) {
        std::string why = fmt::format("The string that ends on line {} has no opening quote.", line + 1);
        for (std::size_t i = 0; i < quote; ++i) {
            char before = i > 0 ? text[i - 1] : '\n';
            char c = text[i];
            bool place =
                before == '(' || before == '[' ||
                (before == ' ' && i > 1 && std::string_view(",=>{|(&[:").find(text[i - 2]) != std::string_view::npos) ||
                (before == ' ' && i > 6 && text.substr(i - 7, 7) == "return ") || text.find_first_not_of(" \t") == i ||
                before == '&';
            if (!place || c == ' ' || c == '"')
                continue;
            bool destination = text.substr(0, i).ends_with("write!(") || text.substr(0, i).ends_with("writeln!(") ||
                               text.substr(0, i).ends_with("assert!(") || text.substr(0, i).ends_with("assert_eq!(");
            double w = destination                          ? -1.6
                       : before == '('                      ? 0
                       : before == '['                      ? -0.4
                       : text.find_first_not_of(" \t") == i ? -0.5
                                                            : -0.4;
            w -= 1.6 * std::abs(placeholders(text.substr(i, quote - i)) - values_behind(text.substr(quote + 1)));
            ideas_.consider_text({edit(base + i, base + i, "\"")}, w + away + (near ? 0.3 : 0), rule_, why);
        }
    }

    /// Positional holes in a format string.
    static int placeholders(std::string_view s) {
        int n = 0;
        for (std::size_t i = 0; i + 1 < s.size(); ++i) {
            if (s[i] == '{' && s[i + 1] == '{')
                ++i;
            else if (s[i] == '{' && (s[i + 1] == '}' || s[i + 1] == ':'))
                ++n;
        }
        return n;
    }

    /// Arguments that follow in `, a, b)`: commas outside parentheses up to the closing one.
    static int values_behind(std::string_view rest) {
        int depth = 0, n = 0;
        for (std::size_t i = 0; i < rest.size(); ++i) {
            char c = rest[i];
            if (c == '(' || c == '[' || c == '{')
                ++depth;
            else if (c == ')' || c == ']' || c == '}') {
                if (--depth < 0)
                    break;
            } else if (c == ',' && depth == 0 && rest.find_first_not_of(" )", i + 1) != rest.npos &&
                       i + 1 < rest.size() && rest[i + 1] != ')')
                ++n;
            else if (c == '"')
                break;
        }
        return n;
    }

    /// Single quotes: 'text' for "text", 'a without its end, a' without its start.
    void characters(std::size_t line, std::size_t base, std::string_view text, bool near) {
        std::vector<std::size_t> marks;
        bool in_string = false;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '\\')
                ++i;
            else if (text[i] == '"' && !(i > 0 && text[i - 1] == '\'' && i + 1 < text.size() && text[i + 1] == '\''))
                in_string = !in_string;
            else if (text[i] == '\'' && !in_string)
                marks.push_back(i);
        }
        std::string why = fmt::format(
            "Text on line {} stands in single quotes; those are for one character, strings take double ones.",
            line + 1);
        for (std::size_t k = 0; k + 1 < marks.size() && k < 8; ++k) {
            std::size_t a = marks[k], z = marks[k + 1];
            std::string_view inside = text.substr(a + 1, z - a - 1);
            bool one = !inside.empty() && (syntax::code_point_at(inside, 0).length == inside.size() ||
                                           (inside[0] == '\\' && inside.size() == 2));
            if (one || inside.find('"') != inside.npos)
                continue;
            ideas_.consider_text({edit(base + a, base + a + 1, "\""), edit(base + z, base + z + 1, "\"")}, 0.6, rule_,
                                 why);
        }
        if (!near)
            return;
        std::string lone = fmt::format("The character on line {} needs a quote on both sides.", line + 1);
        for (std::size_t a : marks) {
            if (a + 1 < text.size()) {
                std::size_t length = text[a + 1] == '\\' ? 2 : syntax::code_point_at(text, a + 1).length;
                if (a + 1 + length <= text.size() && !(a + 1 + length < text.size() && text[a + 1 + length] == '\''))
                    ideas_.consider_text({edit(base + a + 1 + length, base + a + 1 + length, "'")}, 0.6, rule_, lone);
            }
            if (a > 0) {
                std::size_t begin = a - 1;
                while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
                    --begin;
                if (begin > 0 && text[begin - 1] == '\\')
                    --begin;
                ideas_.consider_text({edit(base + begin, base + begin, "'")}, 0.4, rule_, lone);
            }
        }
    }

    const Bench& b_;
    const Source& s_;
    int place_;
    Ideas& ideas_;
};

} // namespace

void literals(const Bench& bench, int place, const toolchain::Diagnostic&, Ideas& ideas) {
    Literals(bench, place, ideas).run();
}

} // namespace rustcoder::repair::lexical
