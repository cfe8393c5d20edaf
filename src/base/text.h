// Small text helpers used everywhere. Pure functions, thread-safe. All offsets are bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::base {

inline bool has(std::string_view text, std::string_view needle) {
    return text.find(needle) != std::string_view::npos;
}
inline bool one_of(std::string_view s, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), s) != list.end();
}
std::string_view trim(std::string_view s); // ASCII white space
std::vector<std::string_view> split(std::string_view s, char sep);
/// Lines without their terminators; "a\n" is one line, "" is none. CRLF is cut as one terminator.
std::vector<std::string_view> lines(std::string_view s);
bool valid_utf8(std::string_view s);
std::string lower(std::string_view s); // ASCII letters
std::string replace_all(std::string s, std::string_view from, std::string_view to);
bool is_ident_start(char c); // ASCII letter, '_' or a byte >= 0x80
bool is_ident(char c);
/// Damerau-Levenshtein (optimal string alignment); returns `cap + 1` as soon as the distance must exceed cap.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t cap = 64);
/// Two lower-case digits a byte.
std::string hex_digits(std::string_view bytes);
/// SHA-256 as 64 lower-case hex digits; of a stream: base/sha256.h.
std::string sha256_hex(std::string_view bytes);
/// Fast non-cryptographic 64-bit hash (FNV-1a with a final mix), stable across runs.
std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);
/// POSIX-shell word splitting with quotes and backslashes (no expansion). Used to read cargo's recorded lines.
std::vector<std::string> shell_split(std::string_view s);
/// Quotes a word for display in a POSIX shell.
std::string shell_quote(std::string_view s);

} // namespace rustcoder::base
