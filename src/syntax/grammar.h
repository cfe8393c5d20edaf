// Does a token sequence read as a Rust file, and if not, how far does it read? A recogniser, not a parser: it builds
// nothing. It judges thousands of edited token sequences in the time of one compiler run; the compiler remains the
// judge of what is accepted. Slightly more lenient than rustc where that is cheaper; opaque inside unknown macros.
#pragma once

#include "syntax/source.h"

#include <string_view>
#include <vector>

namespace rustcoder::syntax {

struct Lexeme {
    Kind kind = Kind::unknown;
    bool unterminated = false;
    std::string_view text;
};

std::vector<Lexeme> lexemes(const Source& source);
/// The lexeme that `text` would be lexed to (first token of it).
Lexeme lexeme(std::string_view text);

struct Reading {
    bool ok = false;
    std::size_t error = 0; // index of the lexeme at which reading stopped (the size of the sequence at the end of file)
};
/// Reads from the lexeme `from` on, which must be the start of the file or of an item at file level.
Reading read_file(const std::vector<Lexeme>& lexemes, std::size_t from = 0);
/// Indexes at which file-level items start, as far as the file reads; the last one is the item with the error.
std::vector<std::size_t> item_starts(const std::vector<Lexeme>& lexemes);

} // namespace rustcoder::syntax
