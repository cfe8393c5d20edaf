#include "knowledge/words_common.h"

#include <algorithm>
#include <array>

namespace rustcoder::knowledge {
namespace {

// Sorted. Stems (words_stem.h) beside the words that they come from, where they differ.
constexpr auto common = std::to_array<std::string_view>({
    "a",      "about",    "actually", "after", "again",  "all",     "although", "am",       "an",        "and",
    "any",    "anything", "are",      "aren",  "at",     "be",      "because",  "been",     "before",    "being",
    "but",    "by",       "call",     "can",   "cannot", "certain", "come",     "could",    "did",       "didn",
    "do",     "doe",      "does",     "doesn", "doing",  "don",     "done",     "each",     "either",    "else's",
    "every",  "from",     "get",      "give",  "given",  "go",      "goes",     "going",    "got",       "had",
    "happen", "happens",  "has",      "have",  "having", "he",      "help",     "her",      "here",      "his",
    "how",    "i",        "into",     "is",    "isn",    "it",      "its",      "just",     "know",      "like",
    "ll",     "look",     "made",     "make",  "makes",  "making",  "many",     "may",      "me",        "mean",
    "means",  "might",    "mine",     "more",  "most",   "much",    "must",     "my",       "need",      "needs",
    "no",     "not",      "now",      "of",    "off",    "on",      "only",     "onto",     "or",        "other",
    "our",    "ours",     "out",      "over",  "own",    "please",  "possible", "put",      "really",    "rust",
    "say",    "says",     "shall",    "she",   "should", "so",      "some",     "somebody", "something", "still",
    "such",   "take",     "takes",    "tell",  "than",   "that",    "the",      "their",    "them",      "then",
    "there",  "these",    "they",     "thing", "things", "this",    "those",    "though",   "to",        "too",
    "try",    "up",       "us",       "used",  "using",  "ve",      "very",     "want",     "wants",     "was",
    "way",    "we",       "were",     "what",  "when",   "whether", "which",    "who",      "whole",     "whose",
    "why",    "will",     "with",     "won",   "work",   "would",   "you",      "your",
});
static_assert(std::ranges::is_sorted(common));

} // namespace

bool is_common_word(std::string_view word) {
    return std::ranges::binary_search(common, word);
}

} // namespace rustcoder::knowledge
