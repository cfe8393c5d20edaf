// Is an identifier made of words? Tells which of two spellings was the slip. Thread-safe. Internal to repair/.
#pragma once

#include <string_view>

namespace rustcoder::repair {

extern const char* const known_words; // sorted, each followed by one space

/// Share (0..1) of the letters of an identifier that belong to known words: snake_case and CamelCase are split; parts
/// of one or two letters and digits do not count. 0.5 when nothing is left to judge.
double word_share(std::string_view identifier);

} // namespace rustcoder::repair
