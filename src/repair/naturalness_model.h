// The n-gram tables behind Naturalness: symbols, training, file format. Internal to repair/.
#pragma once

#include "base/result.h"
#include "syntax/source.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace rustcoder::repair::ngram {

/// A token as the model sees it: a word of the vocabulary or one of these classes.
using Symbol = std::uint16_t;
enum : Symbol {
    boundary, // before the first token
    snake_new,
    snake_seen,
    camel_new,
    camel_seen,
    upper_new,
    upper_seen, // identifiers beyond the vocabulary
    lifetime,
    integer,
    floating,
    string,
    format_string,
    character,
    byte,
    byte_string,
    unknown,
    first_word
};
constexpr int order = 4;
constexpr std::size_t max_words = 6000;

struct StringHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view s) const { return std::hash<std::string_view>{}(s); }
};
using Words = std::unordered_map<std::string, Symbol, StringHash, std::equal_to<>>;

/// The class of a token that is no word of the vocabulary. `seen`: the identifier stands earlier in the file.
Symbol class_of(const syntax::Token& token, std::string_view text, bool seen);
/// Whether the vocabulary may hold it: identifiers, keywords, punctuation, short integers.
bool may_be_word(const syntax::Token& token, std::string_view text);
inline bool is_name_class(Symbol s) {
    return s >= snake_new && s <= upper_seen;
}
inline bool is_seen_class(Symbol s) {
    return s == snake_seen || s == camel_seen || s == upper_seen;
}

/// The words that a name is made of, in lower case: "HashMap" -> hash, map; "read_u8" -> read. One and two letters are
/// left out. Hashed.
std::vector<std::uint32_t> parts_of(std::string_view name);

/// A file's tokens, doc comments left out, as symbols; the last `order - 1` symbols before the first are boundaries.
class Model {
public:
    Symbol symbol(const syntax::Token& token, std::string_view text, bool seen) const;
    /// ln P(last | the symbols before it).
    double log_probability(const std::array<Symbol, order>& gram) const;
    /// Every part of the name occurs in names of the training texts: it is likely to be spelt as it was meant.
    bool well_spelt(std::string_view name) const;
    std::size_t words() const { return words_.size(); }
    std::size_t ngrams() const;

    std::string to_bytes(std::uint64_t identity) const;
    static Result<Model> from_bytes(std::string_view bytes, std::uint64_t identity);

private:
    friend class Trainer;
    // Grams of one length >= 2, packed 16 bits a symbol, sorted; values are -16 ln, rounded.
    struct Table {
        std::vector<std::uint64_t> grams, contexts;
        std::vector<std::uint8_t> probability, backoff;
    };
    double lower(int length, std::uint64_t packed) const;

    Words words_;
    std::vector<std::uint32_t> parts_; // of names, sorted
    std::vector<std::uint8_t> single_; // by symbol
    std::array<Table, order - 1> tables_;
};

/// Collects texts, then builds a Model: interpolated Kneser-Ney, rare grams pruned.
class Trainer {
public:
    /// `weight`: how often it counts. A text whose tokens were seen before is left out (false).
    bool add(const syntax::Source& source, int weight = 1);
    std::size_t tokens() const { return stream_.size(); }
    Model build() &&;

private:
    using Spelling = std::uint32_t;
    struct Known {
        std::string text;
        Symbol fresh = 0, seen = 0; // classes
        bool may_be_word = false;
        std::uint32_t texts = 0; // in how many it occurs
        std::uint32_t last_text = 0;
    };
    struct Text {
        std::size_t begin = 0, end = 0;
        int weight = 1;
    };
    Spelling intern(const syntax::Token& token, std::string_view text);

    std::unordered_map<std::string, Spelling, StringHash, std::equal_to<>> index_;
    std::vector<Known> known_;
    std::vector<Spelling> stream_;
    std::vector<Text> texts_;
    std::unordered_set<std::uint64_t> had_; // texts
};

} // namespace rustcoder::repair::ngram
