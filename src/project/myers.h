// Myers' O(ND) comparison of two sequences of numbers. Used by project (diffs) and knowledge (tokens). Pure,
// thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace rustcoder::project {

/// a[a_begin, a_end) was replaced by b[b_begin, b_end); hunks are ordered and never touch each other.
struct Hunk {
    std::size_t a_begin = 0, a_end = 0, b_begin = 0, b_end = 0;
    bool operator==(const Hunk&) const = default;
};

/// Shortest edit script. When more than `max_cost` insertions and deletions would be needed, what lies between the
/// common ends is one hunk: still right, no longer minimal (cost bounds time and memory quadratically).
std::vector<Hunk> compare(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b,
                          std::size_t max_cost = 2000);

} // namespace rustcoder::project
