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
    const double sum = evidence.cosine ? -4.1 + 2.6 * evidence.share + 3.5 * evidence.known + 8.8 * evidence.margin +
                                             0.4 * *evidence.cosine
                                       : -3.8 + 3.6 * evidence.share + 2.1 * evidence.known + 12 * evidence.margin;
    return 1 / (1 + std::exp(-sum));
}

} // namespace rustcoder::scaffold
