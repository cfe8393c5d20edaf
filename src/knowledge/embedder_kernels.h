// Dense products for the in-process embedding: y = x W with W packed once into panels of 32 columns. AVX-512, AVX2 or
// plain C++, chosen at run time; all three add in the same order per element, so they differ by rounding only.
#pragma once

#include <cstddef>
#include <vector>

namespace rustcoder::knowledge {

inline constexpr std::size_t panel_width = 32;

/// A matrix of `rows` x `columns`, stored as ceil(columns / 32) panels of rows x 32, missing columns zero.
struct Panels {
    std::size_t rows = 0, columns = 0;
    std::vector<float> data;

    std::size_t panels() const { return (columns + panel_width - 1) / panel_width; }
    std::size_t padded() const { return panels() * panel_width; }
    /// From row-major values; element (r, c) is w[r * stride + c].
    static Panels pack(const float* w, std::size_t rows, std::size_t columns, std::size_t stride);
    /// The transpose: element (r, c) is w[c * stride + r].
    static Panels pack_transposed(const float* w, std::size_t rows, std::size_t columns, std::size_t stride);
};

enum class Kernel { scalar, avx2, avx512 };
/// What this processor can do.
Kernel best_kernel();

/// y[m][0 .. w.padded()) = x[m][0 .. w.rows) W, for m < count. `bias`, when given, has w.columns values.
void multiply(const float* x, std::size_t count, std::size_t x_stride, const Panels& w, const float* bias, float* y,
              std::size_t y_stride, Kernel kernel = best_kernel());

/// Dot product of `count` values.
float dot(const float* a, const float* b, std::size_t count);

} // namespace rustcoder::knowledge
