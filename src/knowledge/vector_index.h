// Exact nearest neighbours by dot product: every vector is looked at. Values are kept in 16 bits, split in two planes:
// the scan reads the high bytes only (integer dot products, AVX-512 VNNI, AVX2 or plain, all to the bit the same), and
// the best are ranked again with all 16 bits. bench/knowledge-search.md says why there is no graph index. Immutable
// after building: thread-safe.
#pragma once

#include "knowledge/search_docs.h"
#include "knowledge/vector_index_memory.h"

#include <stop_token>

namespace rustcoder::knowledge {

/// A vector in both precisions; value i = (256 * high[i] + low[i]) * scale. Padded with zeros to a multiple of 64.
struct Quantised {
    std::vector<std::int8_t> high, low;
    float scale = 0;
};
Quantised quantise(std::span<const float> values);

class VectorIndex {
public:
    explicit VectorIndex(std::size_t dimension = 0);
    std::size_t dimension() const { return dimension_; }
    std::size_t size() const { return docs_.size(); }
    void reserve(std::size_t vectors);
    /// In ascending order of documents. `values` has the dimension of the index.
    void add(Doc doc, std::span<const float> values);
    /// A row of another index of the same dimension.
    void add(Doc doc, const VectorIndex& other, std::size_t row);
    Doc doc(std::size_t row) const { return docs_[row]; }

    std::vector<Ranked> top(std::span<const float> query, const DocSet* allowed, std::size_t k,
                            std::stop_token stop = {}) const;
    std::size_t bytes() const;

private:
    void scan(const Quantised& query, const DocSet* allowed, std::size_t keep, std::stop_token stop,
              std::vector<Ranked>& rows) const;
    float exact(std::size_t row, const Quantised& query) const;

    std::size_t dimension_ = 0, stride_ = 0;
    std::vector<Doc> docs_;
    Bytes high_, low_;
    std::vector<float> scales_;
};

/// Dot products of `count` rows, `stride` bytes apart (a multiple of 64), with the query.
using DotRows = void (*)(const std::int8_t* rows, std::size_t count, std::size_t stride, const std::int8_t* query,
                         std::int32_t* out);
/// What this processor can run, best first: {"avx512-vnni", ...}, {"avx2", ...}, {"plain", ...}.
struct DotKernel {
    const char* name;
    DotRows dots;
};
std::span<const DotKernel> dot_kernels();

} // namespace rustcoder::knowledge
