// Vectors of words, trained on the Rust documentation so that a heading or sentence lies near the passage that it is
// taken from (bench/retrieval/train_words.cpp makes them; docs/embeddings.md explains). A text is the weighted sum of
// its words (knowledge/words.h): microseconds. Immutable after loading, thread-safe.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::knowledge {

class TrainedVectors {
public:
    /// `bytes` must outlive the object. Errors: invalid_input (damaged, another version).
    static Result<TrainedVectors> parse(std::string_view bytes);
    /// Those that the program carries.
    static const TrainedVectors& carried();

    std::size_t dimension() const { return dimension_; }
    std::size_t size() const { return hashes_.size(); }
    /// Changes with the values.
    const std::string& name() const { return name_; }
    /// Writes `dimension()` values of length 1; false when no word is known. Words of the first line count twice when
    /// more lines follow: it is the title.
    bool encode(std::string_view text, std::span<float> out) const;

    /// What a word counts before its vector says more: less when it is a common one (words_common.h).
    static float weight(std::string_view word);

    struct Word {
        std::uint64_t hash = 0; // base::hash64 of the word
        std::vector<float> values;
    };
    /// What parse() reads: per word 8 bytes hash, one scale, 8 bits a value. Sorts `words`.
    static std::string serialise(std::vector<Word>& words);

private:
    bool add(std::uint64_t word, float weight, std::span<float> out) const;

    std::size_t dimension_ = 0;
    std::string name_;
    std::vector<std::uint64_t> hashes_; // sorted
    std::vector<float> scales_;
    const std::int8_t* values_ = nullptr;
};

} // namespace rustcoder::knowledge
