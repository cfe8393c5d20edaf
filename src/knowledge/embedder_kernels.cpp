#include "knowledge/embedder_kernels.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define RC_X86 1
#endif

namespace rustcoder::knowledge {
namespace {

template <class At> Panels packed(std::size_t rows, std::size_t columns, const At& at) {
    Panels p{rows, columns, {}};
    p.data.assign(p.panels() * rows * panel_width, 0.0F);
    for (std::size_t c = 0; c < columns; ++c) {
        float* to = p.data.data() + c / panel_width * rows * panel_width + c % panel_width;
        for (std::size_t r = 0; r < rows; ++r)
            to[r * panel_width] = at(r, c);
    }
    return p;
}

/// One panel for `count` rows of x; the last panel of bias may be short, so it comes padded.
using PanelProduct = void (*)(const float* x, std::size_t count, std::size_t x_stride, const float* panel,
                              std::size_t rows, const float* bias, float* y, std::size_t y_stride);

void panel_scalar(const float* x, std::size_t count, std::size_t x_stride, const float* panel, std::size_t rows,
                  const float* bias, float* y, std::size_t y_stride) {
    for (std::size_t m = 0; m < count; ++m) {
        float sum[panel_width];
        std::copy_n(bias, panel_width, sum);
        for (std::size_t k = 0; k < rows; ++k)
            for (std::size_t c = 0; c < panel_width; ++c)
                sum[c] += x[m * x_stride + k] * panel[k * panel_width + c];
        std::copy_n(sum, panel_width, y + m * y_stride);
    }
}

#ifdef RC_X86
// Tiles of `Rows` rows times one panel are kept in registers: 8 x 2 of AVX-512's 32, 3 x 4 of AVX2's 16.
template <int Rows>
__attribute__((target("avx512f"))) void tile_avx512(const float* x, std::size_t x_stride, const float* panel,
                                                    std::size_t rows, const float* bias, float* y,
                                                    std::size_t y_stride) {
    __m512 sum[Rows][2];
#pragma GCC unroll 8
    for (int m = 0; m < Rows; ++m) {
        sum[m][0] = _mm512_loadu_ps(bias);
        sum[m][1] = _mm512_loadu_ps(bias + 16);
    }
    for (std::size_t k = 0; k < rows; ++k) {
        const __m512 w0 = _mm512_loadu_ps(panel + k * panel_width);
        const __m512 w1 = _mm512_loadu_ps(panel + k * panel_width + 16);
#pragma GCC unroll 8
        for (int m = 0; m < Rows; ++m) {
            const __m512 v = _mm512_set1_ps(x[m * x_stride + k]);
            sum[m][0] = _mm512_fmadd_ps(v, w0, sum[m][0]);
            sum[m][1] = _mm512_fmadd_ps(v, w1, sum[m][1]);
        }
    }
#pragma GCC unroll 8
    for (int m = 0; m < Rows; ++m) {
        _mm512_storeu_ps(y + m * y_stride, sum[m][0]);
        _mm512_storeu_ps(y + m * y_stride + 16, sum[m][1]);
    }
}

void panel_avx512(const float* x, std::size_t count, std::size_t x_stride, const float* panel, std::size_t rows,
                  const float* bias, float* y, std::size_t y_stride) {
    for (; count >= 8; count -= 8, x += 8 * x_stride, y += 8 * y_stride)
        tile_avx512<8>(x, x_stride, panel, rows, bias, y, y_stride);
    if (count >= 4) {
        tile_avx512<4>(x, x_stride, panel, rows, bias, y, y_stride);
        count -= 4, x += 4 * x_stride, y += 4 * y_stride;
    }
    for (; count > 0; --count, x += x_stride, y += y_stride)
        tile_avx512<1>(x, x_stride, panel, rows, bias, y, y_stride);
}

template <int Rows>
__attribute__((target("avx2,fma"))) void tile_avx2(const float* x, std::size_t x_stride, const float* panel,
                                                   std::size_t rows, const float* bias, float* y,
                                                   std::size_t y_stride) {
    __m256 sum[Rows][4];
#pragma GCC unroll 4
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
        for (int c = 0; c < 4; ++c)
            sum[m][c] = _mm256_loadu_ps(bias + 8 * c);
    for (std::size_t k = 0; k < rows; ++k) {
        const float* w = panel + k * panel_width;
#pragma GCC unroll 4
        for (int m = 0; m < Rows; ++m) {
            const __m256 v = _mm256_set1_ps(x[m * x_stride + k]);
#pragma GCC unroll 4
            for (int c = 0; c < 4; ++c)
                sum[m][c] = _mm256_fmadd_ps(v, _mm256_loadu_ps(w + 8 * c), sum[m][c]);
        }
    }
#pragma GCC unroll 4
    for (int m = 0; m < Rows; ++m)
#pragma GCC unroll 4
        for (int c = 0; c < 4; ++c)
            _mm256_storeu_ps(y + m * y_stride + 8 * c, sum[m][c]);
}

void panel_avx2(const float* x, std::size_t count, std::size_t x_stride, const float* panel, std::size_t rows,
                const float* bias, float* y, std::size_t y_stride) {
    for (; count >= 3; count -= 3, x += 3 * x_stride, y += 3 * y_stride)
        tile_avx2<3>(x, x_stride, panel, rows, bias, y, y_stride);
    for (; count > 0; --count, x += x_stride, y += y_stride)
        tile_avx2<1>(x, x_stride, panel, rows, bias, y, y_stride);
}
#endif

PanelProduct product_of(Kernel kernel) {
#ifdef RC_X86
    if (kernel == Kernel::avx512)
        return panel_avx512;
    if (kernel == Kernel::avx2)
        return panel_avx2;
#endif
    return panel_scalar;
}

} // namespace

Panels Panels::pack(const float* w, std::size_t rows, std::size_t columns, std::size_t stride) {
    return packed(rows, columns, [&](std::size_t r, std::size_t c) { return w[r * stride + c]; });
}
Panels Panels::pack_transposed(const float* w, std::size_t rows, std::size_t columns, std::size_t stride) {
    return packed(rows, columns, [&](std::size_t r, std::size_t c) { return w[c * stride + r]; });
}

Kernel best_kernel() {
#ifdef RC_X86
    static const Kernel best = __builtin_cpu_supports("avx512f")                                 ? Kernel::avx512
                               : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? Kernel::avx2
                                                                                                 : Kernel::scalar;
    return best;
#else
    return Kernel::scalar;
#endif
}

void multiply(const float* x, std::size_t count, std::size_t x_stride, const Panels& w, const float* bias, float* y,
              std::size_t y_stride, Kernel kernel) {
    const PanelProduct product = product_of(kernel);
    for (std::size_t p = 0; p < w.panels(); ++p) {
        float padded[panel_width] = {};
        const std::size_t first = p * panel_width;
        if (bias)
            std::copy_n(bias + first, std::min(panel_width, w.columns - first), padded);
        product(x, count, x_stride, w.data.data() + first * w.rows, w.rows, padded, y + first, y_stride);
    }
}

float dot(const float* a, const float* b, std::size_t count) {
    // Sixteen sums at once: the compiler may keep them in vector registers without reordering any single one.
    float sum[16] = {};
    std::size_t i = 0;
    for (; i + 16 <= count; i += 16)
        for (std::size_t j = 0; j < 16; ++j)
            sum[j] += a[i + j] * b[i + j];
    float all = 0;
    for (float s : sum)
        all += s;
    for (; i < count; ++i)
        all += a[i] * b[i];
    return all;
}

} // namespace rustcoder::knowledge
