// Words as descriptions and templates share them: stems brought to one root, near synonyms to one word, and the words
// that carry a sentence and not what it is about. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rustcoder::scaffold {

struct Term {
    std::string word;               // knowledge/words.h
    std::string root;               // "compression", "compressor" -> "compress"; "erase" -> "remov"
    std::size_t begin = 0, end = 0; // in the text
    bool filler = false;            // says nothing of what is wanted
};

/// In order; operators and parts of identifiers are left out.
std::vector<Term> terms(std::string_view text);

/// The roots of an entry such as "least recently used" or "csv", articles left out.
struct Phrase {
    std::vector<std::string> roots;
};
Phrase phrase(std::string_view entry);
/// All its words are there, in any order. Empty phrases never are.
bool within(const Phrase& phrase, const std::vector<Term>& text);
/// The first place where its words follow each other (as index of a term), npos when they do not.
std::size_t find_phrase(const Phrase& phrase, const std::vector<Term>& text);

} // namespace rustcoder::scaffold
