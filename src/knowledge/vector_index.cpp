#include "knowledge/vector_index.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace rustcoder::knowledge {
namespace {

constexpr std::size_t block = 64;     // rows that are multiplied at a time
constexpr std::size_t sparse = 8;     // up to so many wanted rows of a block are multiplied one by one
constexpr std::size_t oversample = 2; // what the scan keeps for ranking again, times k
constexpr float most = 127 * 256 + 127;

std::size_t padded(std::size_t dimension) {
    return (dimension + 63) / 64 * 64;
}

} // namespace

Quantised quantise(std::span<const float> values) {
    Quantised out;
    out.high.resize(padded(values.size()));
    out.low.resize(padded(values.size()));
    float largest = 0;
    for (const float v : values)
        largest = std::max(largest, std::abs(v));
    if (!(largest > 0) || !std::isfinite(largest))
        return out;
    out.scale = largest / most;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto v = static_cast<int>(std::lround(values[i] / out.scale));
        const int high = (v + 128) >> 8; // rounded, so that the low byte is signed too
        out.high[i] = static_cast<std::int8_t>(high);
        out.low[i] = static_cast<std::int8_t>(v - high * 256);
    }
    return out;
}

VectorIndex::VectorIndex(std::size_t dimension) : dimension_(dimension), stride_(padded(dimension)) {}

void VectorIndex::reserve(std::size_t vectors) {
    docs_.reserve(vectors);
    scales_.reserve(vectors);
    high_.reserve(vectors * stride_);
    low_.reserve(vectors * stride_);
}

void VectorIndex::add(Doc doc, std::span<const float> values) {
    const auto q = quantise(values);
    docs_.push_back(doc);
    scales_.push_back(q.scale);
    high_.insert(high_.end(), q.high.begin(), q.high.end());
    low_.insert(low_.end(), q.low.begin(), q.low.end());
}

void VectorIndex::add(Doc doc, const VectorIndex& other, std::size_t row) {
    docs_.push_back(doc);
    scales_.push_back(other.scales_[row]);
    const auto begin = static_cast<std::ptrdiff_t>(row * stride_), end = begin + static_cast<std::ptrdiff_t>(stride_);
    high_.insert(high_.end(), other.high_.begin() + begin, other.high_.begin() + end);
    low_.insert(low_.end(), other.low_.begin() + begin, other.low_.begin() + end);
}

void VectorIndex::scan(const Quantised& query, const DocSet* allowed, std::size_t keep, std::stop_token stop,
                       std::vector<Ranked>& rows) const {
    const DotRows dots = dot_kernels().front().dots;
    std::int32_t out[block];
    float bar = -std::numeric_limits<float>::infinity(); // the keep-th best so far
    const auto consider = [&](std::size_t row, std::int32_t dot) {
        const float score = static_cast<float>(dot) * scales_[row];
        if (score <= bar) // rows come in the order that breaks ties
            return;
        rows.push_back({static_cast<Doc>(row), score});
        if (rows.size() == keep * 2) {
            std::nth_element(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(keep - 1), rows.end(), better);
            rows.resize(keep);
            bar = rows.back().score;
        }
    };
    for (std::size_t begin = 0; begin < size() && !stop.stop_requested(); begin += block) {
        const std::size_t n = std::min(block, size() - begin);
        std::uint64_t wanted = ~std::uint64_t{0};
        if (allowed) {
            wanted = 0;
            for (std::size_t i = 0; i < n; ++i)
                wanted |= std::uint64_t{allowed->has(docs_[begin + i])} << i;
        }
        const bool few = static_cast<std::size_t>(std::popcount(wanted)) <= sparse;
        if (!few)
            dots(&high_[begin * stride_], n, stride_, query.high.data(), out);
        for (std::size_t i = 0; i < n; ++i) {
            if (!((wanted >> i) & 1))
                continue;
            if (few)
                dots(&high_[(begin + i) * stride_], 1, stride_, query.high.data(), &out[i]);
            consider(begin + i, out[i]);
        }
    }
}

float VectorIndex::exact(std::size_t row, const Quantised& query) const {
    const DotRows dots = dot_kernels().front().dots;
    const auto dot = [&](const Bytes& plane, const std::vector<std::int8_t>& asked) {
        std::int32_t out = 0;
        dots(&plane[row * stride_], 1, stride_, asked.data(), &out);
        return std::int64_t{out};
    };
    // (256 h + l) (256 h' + l'), summed in integers
    const auto sum =
        dot(high_, query.high) * 65536 + (dot(high_, query.low) + dot(low_, query.high)) * 256 + dot(low_, query.low);
    return static_cast<float>(static_cast<double>(sum) * query.scale * scales_[row]);
}

std::vector<Ranked> VectorIndex::top(std::span<const float> query, const DocSet* allowed, std::size_t k,
                                     std::stop_token stop) const {
    std::vector<Ranked> rows;
    if (query.size() != dimension_ || k == 0 || size() == 0)
        return rows;
    const auto q = quantise(query);
    scan(q, allowed, std::max<std::size_t>(k * oversample, 64), stop, rows);
    for (auto& row : rows)
        row = {docs_[row.doc], exact(row.doc, q)};
    keep_best(rows, k);
    return rows;
}

std::size_t VectorIndex::bytes() const {
    return docs_.size() * (sizeof(Doc) + sizeof(float)) + high_.size() + low_.size();
}

} // namespace rustcoder::knowledge
