#include "syntax/source.h"

#include "syntax/lexer.h"

#include <algorithm>

namespace rustcoder::syntax {

namespace {

char closer_of(char open) {
    return open == '(' ? ')' : open == '[' ? ']' : '}';
}

std::vector<std::size_t> line_starts(std::string_view text) {
    std::vector<std::size_t> starts{0};
    for (std::size_t i = 0; i < text.size(); ++i)
        if (text[i] == '\n')
            starts.push_back(i + 1);
    return starts;
}

/// Fills line, indent and first_on_line.
void place_tokens(std::string_view text, const std::vector<std::size_t>& lines, std::vector<Token>& tokens) {
    std::size_t line = 0;
    std::size_t indent_of = static_cast<std::size_t>(-1);
    std::uint32_t indent = 0;
    std::size_t previous_line = static_cast<std::size_t>(-1);
    for (Token& t : tokens) {
        while (line + 1 < lines.size() && lines[line + 1] <= t.begin)
            ++line;
        if (indent_of != line) {
            indent_of = line;
            indent = 0;
            for (std::size_t i = lines[line]; i < text.size() && (text[i] == ' ' || text[i] == '\t'); ++i)
                indent += text[i] == '\t' ? 4 : 1;
        }
        t.line = static_cast<std::uint32_t>(line);
        t.indent = indent;
        t.first_on_line = previous_line != line;
        previous_line = line;
    }
}

/// Pairs delimiters with a stack. A closer that fits a deeper opener takes it and leaves those above unmatched; one
/// that fits none stays unmatched itself.
void match_delimiters(std::string_view text, std::vector<Token>& tokens, std::vector<std::int32_t>& parents,
                      std::vector<std::size_t>& unmatched) {
    std::vector<std::size_t> stack;
    parents.assign(tokens.size(), -1);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        Token& t = tokens[i];
        if (t.kind == Kind::close) {
            auto fits = std::find_if(stack.rbegin(), stack.rend(),
                                     [&](std::size_t o) { return closer_of(text[tokens[o].begin]) == text[t.begin]; });
            if (fits == stack.rend()) {
                unmatched.push_back(i);
            } else {
                while (stack.back() != *fits) {
                    unmatched.push_back(stack.back());
                    stack.pop_back();
                }
                t.match = static_cast<std::int32_t>(stack.back());
                tokens[stack.back()].match = static_cast<std::int32_t>(i);
                stack.pop_back();
            }
        }
        parents[i] = stack.empty() ? -1 : static_cast<std::int32_t>(stack.back());
        t.depth = static_cast<std::uint32_t>(stack.size());
        if (t.kind == Kind::open)
            stack.push_back(i);
    }
    unmatched.insert(unmatched.end(), stack.begin(), stack.end());
    std::sort(unmatched.begin(), unmatched.end());
}

} // namespace

Source::Source(std::string text) : text_(std::move(text)) {
    Lexed lexed = lex(text_);
    tokens_ = std::move(lexed.tokens);
    comments_ = std::move(lexed.comments);
    lines_ = line_starts(text_);
    place_tokens(text_, lines_, tokens_);
    match_delimiters(text_, tokens_, parents_, unmatched_);
}

std::string_view Source::text(std::size_t begin, std::size_t end) const {
    begin = std::min(begin, text_.size());
    end = std::clamp(end, begin, text_.size());
    return std::string_view(text_).substr(begin, end - begin);
}

std::string_view Source::at(std::int64_t i) const {
    if (i < 0 || i >= static_cast<std::int64_t>(tokens_.size()))
        return {};
    return text(tokens_[static_cast<std::size_t>(i)]);
}

std::size_t Source::token_at(std::size_t offset) const {
    auto it = std::partition_point(tokens_.begin(), tokens_.end(), [&](const Token& t) { return t.end <= offset; });
    return static_cast<std::size_t>(it - tokens_.begin());
}

std::int64_t Source::token_before(std::size_t offset) const {
    return static_cast<std::int64_t>(token_at(offset)) - 1;
}

std::int64_t Source::enclosing_open(std::size_t i) const {
    return i < parents_.size() ? parents_[i] : -1;
}

std::size_t Source::line_of(std::size_t offset) const {
    auto it = std::upper_bound(lines_.begin(), lines_.end(), offset);
    return static_cast<std::size_t>(it - lines_.begin()) - 1;
}

std::size_t Source::line_begin(std::size_t line) const {
    return line < lines_.size() ? lines_[line] : text_.size();
}

std::size_t Source::line_end(std::size_t line) const {
    if (line + 1 >= lines_.size())
        return text_.size();
    std::size_t end = lines_[line + 1] - 1;
    return end > lines_[line] && text_[end - 1] == '\r' ? end - 1 : end;
}

std::string_view Source::line_text(std::size_t line) const {
    return text(line_begin(line), line_end(line));
}

std::string_view Source::line_indent(std::size_t line) const {
    std::string_view whole = line_text(line);
    return whole.substr(0, std::min(whole.find_first_not_of(" \t"), whole.size()));
}

bool Source::in_comment_or_literal(std::size_t offset) const {
    auto comment =
        std::partition_point(comments_.begin(), comments_.end(), [&](const Range& r) { return r.end <= offset; });
    if (comment != comments_.end() && comment->contains(offset))
        return true;
    std::size_t i = token_at(offset);
    if (i >= tokens_.size() || tokens_[i].begin > offset)
        return false;
    switch (tokens_[i].kind) {
    case Kind::string:
    case Kind::character:
    case Kind::byte:
    case Kind::byte_string:
    case Kind::c_string:
    case Kind::doc:
        return true;
    default:
        return false;
    }
}

} // namespace rustcoder::syntax
