// The cutter behind words.h: words with their places, without building a list. Thread-safe: pure.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace rustcoder::knowledge {

/// Changes whenever the same text would give other words: a full text index made with another version is made anew.
inline constexpr int words_version = 2;

struct Word {
    std::string_view text;          // lower case, stemmed; valid during the call only
    std::size_t begin = 0, end = 0; // bytes of the source
    bool part = false;              // of the identifier that was given just before
};

/// Calls `sink` for each word in order; it returns false to end.
void cut_words(std::string_view text, const std::function<bool(const Word&)>& sink);

} // namespace rustcoder::knowledge
