#include "syntax/lexer.h"

#include <algorithm>
#include <array>

namespace rustcoder::syntax {

namespace {

constexpr std::array keywords = {
    "Self",   "abstract", "as",   "async",   "await",  "become", "box",   "break", "const",    "continue", "crate",
    "do",     "dyn",      "else", "enum",    "extern", "false",  "final", "fn",    "for",      "if",       "impl",
    "in",     "let",      "loop", "macro",   "match",  "mod",    "move",  "mut",   "override", "priv",     "pub",
    "ref",    "return",   "self", "static",  "struct", "super",  "trait", "true",  "try",      "type",     "typeof",
    "unsafe", "unsized",  "use",  "virtual", "where",  "while",  "yield"};

constexpr std::array three = {"<<=", ">>=", "...", "..="};
constexpr std::array two = {"::", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "+=",
                            "-=", "*=", "/=", "%=", "^=", "&=", "|=", "<<", ">>", ".."};
constexpr std::string_view one = "+-*/%^!&|=<>@.,;:#$?~";

bool digit(char c) {
    return c >= '0' && c <= '9';
}
bool ascii_word(char c) {
    return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Lexed run() {
        skip_prologue();
        while (i_ < text_.size())
            step();
        return std::move(out_);
    }

private:
    char peek(std::size_t ahead = 0) const { return i_ + ahead < text_.size() ? text_[i_ + ahead] : '\0'; }
    bool starts(std::string_view s) const { return text_.substr(i_).starts_with(s); }

    std::size_t word_length(std::size_t at, bool first) const {
        if (at >= text_.size())
            return 0;
        char c = text_[at];
        if (static_cast<unsigned char>(c) < 0x80)
            return ascii_word(c) && !(first && digit(c)) ? 1 : 0;
        CodePoint p = code_point_at(text_, at);
        return p.value == 0xFFFD || is_foreign_symbol(p.value) ? 0 : p.length;
    }

    /// End of the identifier that starts at `at`; `at` itself when there is none.
    std::size_t word_end(std::size_t at) const {
        std::size_t length = word_length(at, true);
        while (length != 0) {
            at += length;
            length = word_length(at, false);
        }
        return at;
    }

    void push(Kind kind, std::size_t end, bool unterminated = false) {
        Token t;
        t.kind = kind;
        t.unterminated = unterminated;
        t.begin = static_cast<std::uint32_t>(i_);
        t.end = static_cast<std::uint32_t>(end);
        out_.tokens.push_back(t);
        i_ = end;
    }

    void skip_prologue() {
        if (starts("\xEF\xBB\xBF"))
            i_ = 3;
        if (!starts("#!"))
            return;
        std::size_t next = text_.find_first_not_of(" \t\r\n", i_ + 2);
        if (next != text_.npos && text_[next] == '[')
            return;
        std::size_t end = std::min(text_.find('\n', i_), text_.size());
        out_.comments.push_back({i_, end});
        i_ = end;
    }

    void step() {
        char c = peek();
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            ++i_;
        } else if (c == '/' && peek(1) == '/') {
            line_comment();
        } else if (c == '/' && peek(1) == '*') {
            block_comment();
        } else if (c == '"') {
            quoted(Kind::string, i_ + 1);
        } else if (c == '\'') {
            tick();
        } else if (digit(c)) {
            number();
        } else if (c == '(' || c == '[' || c == '{') {
            push(Kind::open, i_ + 1);
        } else if (c == ')' || c == ']' || c == '}') {
            push(Kind::close, i_ + 1);
        } else if (std::size_t end = word_end(i_); end != i_) {
            word(end);
        } else {
            symbol();
        }
    }

    void line_comment() {
        std::size_t end = std::min(text_.find('\n', i_), text_.size());
        if (end > i_ && text_[end - 1] == '\r')
            --end;
        bool doc = (peek(2) == '/' && peek(3) != '/') || peek(2) == '!';
        if (doc)
            return push(Kind::doc, end);
        out_.comments.push_back({i_, end});
        i_ = end;
    }

    void block_comment() {
        bool doc = peek(2) == '!' || (peek(2) == '*' && peek(3) != '*' && peek(3) != '/');
        std::size_t at = i_ + 2;
        int nested = 1;
        while (at < text_.size() && nested > 0) {
            if (text_.substr(at).starts_with("/*")) {
                ++nested;
                at += 2;
            } else if (text_.substr(at).starts_with("*/")) {
                --nested;
                at += 2;
            } else {
                ++at;
            }
        }
        if (nested > 0) // a token, so that rules see it
            return push(Kind::doc, text_.size(), true);
        if (doc)
            return push(Kind::doc, at);
        out_.comments.push_back({i_, at});
        i_ = at;
    }

    /// A literal with escapes whose first character is at `at`; takes a suffix.
    void quoted(Kind kind, std::size_t at) {
        while (at < text_.size() && text_[at] != '"')
            at += text_[at] == '\\' ? 2 : 1;
        if (at >= text_.size())
            return push(kind, text_.size(), true);
        push(kind, word_end(at + 1));
    }

    /// r"..." or r#"..."# with the first `#` or quote at `at`; false when it is no raw string.
    bool raw(Kind kind, std::size_t at) {
        std::size_t hashes = 0;
        while (at < text_.size() && text_[at] == '#') {
            ++hashes;
            ++at;
        }
        if (at >= text_.size() || text_[at] != '"')
            return false;
        std::string close = "\"" + std::string(hashes, '#');
        std::size_t end = text_.find(close, at + 1);
        if (end == text_.npos)
            push(kind, text_.size(), true);
        else
            push(kind, word_end(end + close.size()));
        return true;
    }

    /// Character literal with its first character at `at`. Unterminated ones end with the line.
    void character(Kind kind, std::size_t at) {
        while (at < text_.size() && text_[at] != '\'' && text_[at] != '\n')
            at += text_[at] == '\\' && at + 1 < text_.size() && text_[at + 1] != '\n' ? 2 : 1;
        at = std::min(at, text_.size());
        if (at >= text_.size() || text_[at] != '\'')
            return push(kind, at, true);
        push(kind, word_end(at + 1));
    }

    void tick() {
        if (peek(1) == '\\')
            return character(Kind::character, i_ + 1);
        if (i_ + 1 >= text_.size() || peek(1) == '\n')
            return push(Kind::character, i_ + 1, true);
        CodePoint p = code_point_at(text_, i_ + 1);
        std::size_t after = i_ + 1 + p.length;
        if (after < text_.size() && text_[after] == '\'')
            return push(Kind::character, word_end(after + 1));
        std::size_t end = word_end(i_ + 1);
        if (end != i_ + 1) {
            if (end < text_.size() && text_[end] == '\'') // 'abc': a string in the wrong quotes, as rustc sees it
                return push(Kind::character, end + 1);
            return push(Kind::lifetime, end);
        }
        // `'1` or `' text'`: a literal when the line has the second quote, else a lone quote.
        std::size_t line_end = std::min(text_.find('\n', i_), text_.size());
        std::size_t quote = text_.find('\'', i_ + 1);
        if (quote < line_end)
            return character(Kind::character, i_ + 1);
        push(Kind::character, after > line_end ? i_ + 1 : after, true);
    }

    void number() {
        std::size_t at = i_;
        bool based = peek() == '0' && (peek(1) == 'x' || peek(1) == 'o' || peek(1) == 'b');
        auto digits = [&] {
            while (at < text_.size() && (digit(text_[at]) || text_[at] == '_'))
                ++at;
        };
        if (based)
            return push(Kind::integer, word_end_from(at));
        digits();
        Kind kind = Kind::integer;
        bool tuple_index = !out_.tokens.empty() && out_.tokens.back().end == i_ && i_ > 0 && text_[i_ - 1] == '.' &&
                           out_.tokens.back().end - out_.tokens.back().begin == 1;
        if (tuple_index)
            return push(kind, word_end_from(at));
        if (at < text_.size() && text_[at] == '.' && !(at + 1 < text_.size() && text_[at + 1] == '.') &&
            word_length(at + 1, true) == 0) {
            kind = Kind::floating;
            ++at;
            digits();
        }
        if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
            std::size_t exponent = at + 1;
            if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-'))
                ++exponent;
            if (exponent < text_.size() && digit(text_[exponent])) {
                kind = Kind::floating;
                at = exponent;
                digits();
            }
        }
        if (text_.substr(at).starts_with("f32") || text_.substr(at).starts_with("f64"))
            kind = Kind::floating;
        push(kind, word_end_from(at));
    }

    std::size_t word_end_from(std::size_t at) const {
        for (std::size_t length = word_length(at, false); length != 0; length = word_length(at, false))
            at += length;
        return at;
    }

    void word(std::size_t end) {
        std::string_view s = text_.substr(i_, end - i_);
        char next = end < text_.size() ? text_[end] : '\0';
        if (next == '"' || next == '#') {
            if (s == "r" && next == '#' && word_length(end + 1, true) != 0)
                return push(Kind::ident, word_end(end + 1));
            if ((s == "r" && raw(Kind::string, end)) || (s == "br" && raw(Kind::byte_string, end)) ||
                (s == "cr" && raw(Kind::c_string, end)))
                return;
        }
        if (next == '"' && s == "b")
            return quoted(Kind::byte_string, end + 1);
        if (next == '"' && s == "c")
            return quoted(Kind::c_string, end + 1);
        if (next == '\'' && s == "b")
            return character(Kind::byte, end + 1);
        push(is_keyword(s) ? Kind::keyword : Kind::ident, end);
    }

    void symbol() {
        for (std::string_view s : three)
            if (starts(s))
                return push(Kind::punct, i_ + 3);
        for (std::string_view s : two)
            if (starts(s))
                return push(Kind::punct, i_ + 2);
        if (one.find(peek()) != one.npos)
            return push(Kind::punct, i_ + 1);
        CodePoint p = code_point_at(text_, i_);
        if (p.value == 0x85 || p.value == 0x200E || p.value == 0x200F || p.value == 0x2028 || p.value == 0x2029) {
            i_ += p.length; // Rust's white space beyond ASCII
            return;
        }
        push(Kind::unknown, i_ + p.length);
    }

    std::string_view text_;
    std::size_t i_ = 0;
    Lexed out_;
};

struct Block {
    char32_t first, last;
};
constexpr Block foreign[] = {
    {0x80, 0xA9},     {0xAB, 0xB4},     {0xB6, 0xB9},     {0xBB, 0xBF},     {0xD7, 0xD7},
    {0xF7, 0xF7},     {0x2C2, 0x2C5},   {0x37E, 0x37E},   {0x589, 0x58A},   {0x2000, 0x206F},
    {0x20A0, 0x20CF}, {0x2190, 0x2BFF}, {0x2E00, 0x2E5F}, {0x3000, 0x3004}, {0x3008, 0x3020},
    {0x3030, 0x3030}, {0xE000, 0xF8FF}, {0xFE00, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF00, 0xFF0F},
    {0xFF1A, 0xFF20}, {0xFF3B, 0xFF40}, {0xFF5B, 0xFF65}, {0xFFE0, 0xFFFD}, {0x1F000, 0x1FAFF}};

} // namespace

bool is_foreign_symbol(char32_t c) {
    return c >= 0x80 && std::any_of(std::begin(foreign), std::end(foreign),
                                    [&](const Block& b) { return b.first <= c && c <= b.last; });
}

CodePoint code_point_at(std::string_view text, std::size_t i) {
    if (i >= text.size())
        return {0xFFFD, 1};
    auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x80)
        return {c, 1};
    std::size_t length = c >= 0xF0 && c < 0xF8 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 1;
    if (length == 1 || c >= 0xF8 || i + length > text.size())
        return {0xFFFD, 1};
    char32_t value = c & (0xFFu >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
        auto next = static_cast<unsigned char>(text[i + k]);
        if ((next & 0xC0) != 0x80)
            return {0xFFFD, 1};
        value = (value << 6) | (next & 0x3F);
    }
    return {value, length};
}

bool is_keyword(std::string_view s) {
    return std::any_of(keywords.begin(), keywords.end(), [&](std::string_view k) { return k == s; });
}

Lexed lex(std::string_view text) {
    return Lexer(text).run();
}

} // namespace rustcoder::syntax
