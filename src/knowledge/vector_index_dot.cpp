// Dot products of signed bytes, chosen once by what the processor has. All are exact integers, so all agree.
#include "knowledge/vector_index.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace rustcoder::knowledge {
namespace {

#if defined(__x86_64__)
// Not _mm512_reduce_add_epi32, in which g++ 12 sees a variable that is not set.
[[gnu::target("avx512f")]] inline int total(__m512i sums) {
    alignas(64) int lanes[16];
    _mm512_store_si512(lanes, sums);
    int sum = 0;
    for (const int lane : lanes)
        sum += lane;
    return sum;
}

/// VNNI multiplies unsigned with signed bytes: rows are shifted by 128, and 128 times the query's sum taken off again.
[[gnu::target("avx512f,avx512bw,avx512vnni")]] void
dots_vnni(const std::int8_t* rows, std::size_t count, std::size_t stride, const std::int8_t* query, std::int32_t* out) {
    const __m512i shift = _mm512_set1_epi8(static_cast<char>(0x80));
    __m512i sum = _mm512_setzero_si512();
    for (std::size_t i = 0; i < stride; i += 64)
        sum = _mm512_dpbusd_epi32(sum, shift, _mm512_loadu_si512(query + i));
    const int excess = total(sum);
    for (std::size_t r = 0; r < count; ++r, rows += stride) {
        __m512i even = _mm512_setzero_si512(), odd = even;
        std::size_t i = 0;
        for (; i + 128 <= stride; i += 128) {
            even = _mm512_dpbusd_epi32(even, _mm512_xor_si512(_mm512_loadu_si512(rows + i), shift),
                                       _mm512_loadu_si512(query + i));
            odd = _mm512_dpbusd_epi32(odd, _mm512_xor_si512(_mm512_loadu_si512(rows + i + 64), shift),
                                      _mm512_loadu_si512(query + i + 64));
        }
        if (i < stride)
            even = _mm512_dpbusd_epi32(even, _mm512_xor_si512(_mm512_loadu_si512(rows + i), shift),
                                       _mm512_loadu_si512(query + i));
        out[r] = total(_mm512_add_epi32(even, odd)) - excess;
    }
}

[[gnu::target("avx2")]] inline __m256i wide(const std::int8_t* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
}

[[gnu::target("avx2")]] void dots_avx2(const std::int8_t* rows, std::size_t count, std::size_t stride,
                                       const std::int8_t* query, std::int32_t* out) {
    for (std::size_t r = 0; r < count; ++r, rows += stride) {
        __m256i even = _mm256_setzero_si256(), odd = even;
        for (std::size_t i = 0; i < stride; i += 32) {
            even = _mm256_add_epi32(even, _mm256_madd_epi16(wide(rows + i), wide(query + i)));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(wide(rows + i + 16), wide(query + i + 16)));
        }
        const __m256i sum = _mm256_add_epi32(even, odd);
        __m128i half = _mm_add_epi32(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0x4e));
        half = _mm_add_epi32(half, _mm_shuffle_epi32(half, 0xb1));
        out[r] = _mm_cvtsi128_si32(half);
    }
}
#endif

#if defined(__GNUC__) && !defined(__clang__)
[[gnu::optimize("O3")]] // for processors of other kinds: the rest of the program is not compiled for vector units
#endif
void dots_plain(const std::int8_t* rows, std::size_t count, std::size_t stride, const std::int8_t* query,
                std::int32_t* out) {
    for (std::size_t r = 0; r < count; ++r, rows += stride) {
        std::int32_t sum = 0;
        for (std::size_t i = 0; i < stride; ++i)
            sum += rows[i] * query[i];
        out[r] = sum;
    }
}

std::vector<DotKernel> choose() {
    std::vector<DotKernel> out;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vnni"))
        out.push_back({"avx512-vnni", dots_vnni});
    if (__builtin_cpu_supports("avx2"))
        out.push_back({"avx2", dots_avx2});
#endif
    out.push_back({"plain", dots_plain});
    return out;
}

} // namespace

std::span<const DotKernel> dot_kernels() {
    static const std::vector<DotKernel> kernels = choose();
    return kernels;
}

} // namespace rustcoder::knowledge
