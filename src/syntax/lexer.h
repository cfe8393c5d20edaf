// The raw lexer behind Source: bytes to tokens and comments. Total: every byte string gives a result.
#pragma once

#include "syntax/source.h"

namespace rustcoder::syntax {

struct Lexed {
    std::vector<Token> tokens;   // kind, unterminated, begin, end only
    std::vector<Range> comments; // plain ones and the shebang
};
Lexed lex(std::string_view text);

/// The code point at text[i] and its length in bytes; {0xFFFD, 1} for a byte that is not UTF-8.
struct CodePoint {
    char32_t value = 0;
    std::size_t length = 1;
};
CodePoint code_point_at(std::string_view text, std::size_t i);
/// Punctuation, symbols and spaces beyond ASCII, which can never be part of an identifier.
bool is_foreign_symbol(char32_t c);

} // namespace rustcoder::syntax
