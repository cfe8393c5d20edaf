// How sure a choice is: the evidence for the best template, put together by a logistic function whose weights were
// fitted on descriptions with a right answer and on such without one (docs/generate.md). Pure.
#pragma once

#include <optional>

namespace rustcoder::scaffold {

struct Evidence {
    double share = 0;  // of the question's weight that BM25 finds
    double known = 0;  // of its words, by rarity
    double margin = 0; // of the fused score over the next template's; for others than the best over the best's, so < 0
    std::optional<double> cosine; // mean of the three nearest texts; none without vectors
};

/// The order of templates: higher is better.
double fused(const Evidence& evidence);
/// 0..1
double confidence(const Evidence& evidence);

} // namespace rustcoder::scaffold
