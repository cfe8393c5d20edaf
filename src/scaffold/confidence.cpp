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
    double sum = -3 + 4 * evidence.share + 3 * evidence.known + 4 * evidence.margin;
    if (evidence.cosine)
        sum += 2 * *evidence.cosine;
    return 1 / (1 + std::exp(-sum));
}

} // namespace rustcoder::scaffold
