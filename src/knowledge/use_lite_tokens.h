// How Universal Sentence Encoder Lite cuts text: the pieces of a unigram vocabulary whose scores add up to most
// (Kudo 2018), after NFKC normalisation. Immutable after loading, thread-safe.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rustcoder::knowledge {

class UseLiteTokens {
public:
    /// `json`: [["piece", score], ...]; the place in the list is the number of a piece; the first six are reserved.
    static Result<UseLiteTokens> parse(std::string_view json);
    std::size_t size() const { return lengths_.size(); }
    /// Numbers of the pieces; 0 = unknown, never twice in a row. At most `limit`, of the text's beginning.
    std::vector<std::uint32_t> encode(std::string_view text, std::size_t limit = SIZE_MAX) const;

private:
    struct Piece {
        std::int32_t number = -1;
        float score = 0;
    };
    void insert(const std::vector<std::uint32_t>& letters, Piece piece);

    std::unordered_map<std::uint64_t, std::uint32_t> edges_; // trie: node and letter -> node
    std::vector<Piece> nodes_ = std::vector<Piece>(1);       // the piece that ends at a node
    std::vector<std::uint8_t> lengths_;                      // of the pieces, in letters
};

} // namespace rustcoder::knowledge
