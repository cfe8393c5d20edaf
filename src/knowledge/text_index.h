// Full text in memory: postings of words (knowledge/words.h) scored by BM25 (Robertson, Zaragoza 2009). Exact: the best
// k are the best k, found without scoring documents that cannot be among them (MaxScore, Turtle, Flood 1995). Words are
// kept as 64-bit hashes, 12 bytes each, so no dictionary of strings is held. Immutable after building: thread-safe.
#pragma once

#include "knowledge/search_docs.h"

namespace rustcoder::knowledge {

struct QueryWord {
    std::uint64_t word = 0; // hash
    float weight = 1;
};

/// Distinct words of a question. An error code in it (E0382) also asks for entries that are about this code, and
/// weighs more than other words; so do names with an underscore, as lints have.
struct TextQuery {
    std::vector<QueryWord> words;
};
TextQuery text_query(std::string_view text);
/// Whether an error code (E0382) is in the question.
bool names_error_code(std::string_view text);

/// Over all segments of an index, because one rank is given across them.
struct TextStats {
    double documents = 0;
    double length = 0;                 // in words, summed
    std::vector<std::uint64_t> having; // documents with the query's i-th word
};

class TextIndex {
public:
    /// Adds to stats.having; `stats.having` is resized to the query.
    void count(const TextQuery& query, TextStats& stats) const;
    /// `weighted` and `average_length` come from weigh(). `allowed` null: all documents.
    std::vector<Ranked> top(std::span<const QueryWord> weighted, float average_length, const DocSet* allowed,
                            std::size_t k) const;
    std::size_t documents() const { return lengths_.size(); }
    double length(Doc d) const; // in words, to about 4 %
    double total_length() const;
    std::size_t postings() const { return postings_.size(); }
    std::size_t bytes() const;

    struct Part {
        const TextIndex* index = nullptr;
        std::span<const Doc> renumbered; // its documents' new numbers; gone = left out
    };
    static constexpr Doc gone = ~Doc{0};
    static TextIndex merge(std::span<const Part> parts, std::size_t documents);

    static constexpr float log_steps = 8; // of a length, per doubling
    /// What each of the 256 kept lengths stands for.
    static const std::array<float, 256>& lengths();

private:
    friend class TextIndexBuilder;
    struct Bound { // over the postings of one word: no score can be higher than that of `most` in a text so short
        std::uint8_t most = 0, shortest = 255;
    };
    std::span<const std::uint32_t> postings_of(std::size_t word) const;
    std::size_t find(std::uint64_t hash) const; // words_.size() when absent
    void close_word(std::uint64_t hash);        // the postings since the last word are this word's

    std::vector<std::uint64_t> words_;     // sorted
    std::vector<std::uint32_t> begins_{0}; // words_.size() + 1
    std::vector<Bound> bounds_;
    std::vector<std::uint32_t> postings_; // document << 8 | count, ascending
    std::vector<std::uint8_t> lengths_;   // a logarithm, per document
};

/// The query's words with their inverse document frequency, heaviest first; at most 256.
std::vector<QueryWord> weigh(const TextQuery& query, const TextStats& stats);

class TextIndexBuilder {
public:
    TextIndexBuilder();
    void add(const Entry& entry); // the next document
    TextIndex build();

private:
    std::uint32_t number_of(std::uint64_t hash);
    void grow();

    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t number = 0; // 0 = free, else number + 1
    };
    std::vector<Slot> slots_; // open addressing, at most half full
    std::vector<std::uint64_t> hashes_;
    std::vector<std::uint32_t> counts_;                                // postings per word number
    std::vector<std::pair<std::uint32_t, std::uint32_t>> occurrences_; // word number, posting; by document
    std::vector<std::uint8_t> lengths_;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> scratch_;
};

} // namespace rustcoder::knowledge
