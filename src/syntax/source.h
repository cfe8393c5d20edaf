// A lexed Rust file that may be broken in any way: lexing never fails. Tokens carry byte ranges, lines and the index of
// their matching delimiter where one exists. Immutable after construction, thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::syntax {

enum class Kind : std::uint8_t {
    ident, // also raw identifiers r#x; keywords are `keyword`
    keyword,
    lifetime, // 'a
    integer,
    floating,
    string,
    character,
    byte,
    byte_string,
    c_string, // literals with prefix and suffix
    punct,    // maximal munch as rustc does: "::" "->" "=>" "==" "&&" "..=" ...
    open,     // ( [ {
    close,    // ) ] }
    doc,      // /// //! /** */ (plain comments are in comments())
    unknown   // a byte that starts no token; unterminated literals are the literal kind with `unterminated`
};

/// A number, string, character, ... (`true` and `false` are words).
constexpr bool is_literal(Kind kind) {
    return kind >= Kind::integer && kind <= Kind::c_string;
}

struct Token {
    Kind kind = Kind::unknown;
    bool unterminated = false; // string/char/comment that runs to the end of the file (or line, for chars)
    bool first_on_line = false;
    std::uint32_t begin = 0, end = 0; // bytes
    std::uint32_t line = 0;           // 0-based
    std::uint32_t indent = 0;         // columns (tab = 4) of white space at the start of its line
    std::int32_t match = -1;          // index of the matching delimiter token, -1 when unmatched
    std::uint32_t depth = 0;          // open delimiters around it
};

struct Range {
    std::size_t begin = 0, end = 0;
    bool contains(std::size_t o) const { return begin <= o && o < end; }
    bool empty() const { return begin >= end; }
    bool operator==(const Range&) const = default;
};

class Source {
public:
    explicit Source(std::string text);

    const std::string& text() const { return text_; }
    const std::vector<Token>& tokens() const { return tokens_; } // without comments and white space
    const std::vector<Range>& comments() const { return comments_; }
    std::string_view text(const Token& t) const { return std::string_view(text_).substr(t.begin, t.end - t.begin); }
    std::string_view text(std::size_t begin, std::size_t end) const;
    std::string_view text(Range r) const { return text(r.begin, r.end); }
    /// Text of token i, "" when out of range (so that i - 1 and i + 1 need no guard).
    std::string_view at(std::int64_t i) const;

    /// Index of the first token with end > offset (the token at or after offset); tokens().size() when none.
    std::size_t token_at(std::size_t offset) const;
    /// Index of the last token with end <= offset, -1 when none.
    std::int64_t token_before(std::size_t offset) const;
    /// Index of the innermost open delimiter token around token i, -1 at top level. O(1).
    std::int64_t enclosing_open(std::size_t i) const;

    std::size_t line_count() const { return lines_.size(); }
    std::size_t line_of(std::size_t offset) const;      // 0-based
    std::size_t line_begin(std::size_t line) const;     // offset
    std::size_t line_end(std::size_t line) const;       // offset of the terminator (before \r\n)
    std::string_view line_text(std::size_t line) const; // without terminator
    std::string_view line_indent(std::size_t line) const;
    bool in_comment_or_literal(std::size_t offset) const;

    /// Unmatched delimiters, by token index: openers without closer and closers without opener, as a plain stack
    /// matcher sees them (mismatched pairs count on both sides).
    const std::vector<std::size_t>& unmatched() const { return unmatched_; }
    bool balanced() const { return unmatched_.empty(); }

private:
    std::string text_;
    std::vector<Token> tokens_;
    std::vector<Range> comments_;
    std::vector<std::size_t> lines_;
    std::vector<std::size_t> unmatched_;
    std::vector<std::int32_t> parents_; // enclosing opener of each token
};

bool is_keyword(std::string_view s);

} // namespace rustcoder::syntax
