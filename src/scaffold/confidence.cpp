#include "scaffold/confidence.h"

#include <cmath>

namespace rustcoder::scaffold {

namespace {

constexpr double vector_part = 0.6; // of a cosine, against the share of the text

} // namespace

double fused(const Evidence& evidence) {
    return evidence.share + vector_part * evidence.cosine.value_or(0);
}

double confidence(const Evidence& evidence) {
    const double sum = evidence.cosine ? -4.02 + 2.63 * evidence.share + 3.83 * evidence.known +
                                             5.31 * evidence.margin + 1.45 * *evidence.cosine
                                       : -3.6 + 2.76 * evidence.share + 3.98 * evidence.known + 5.34 * evidence.margin;
    return 1 / (1 + std::exp(-sum));
}

} // namespace rustcoder::scaffold
