#include "project/myers.h"

#include <algorithm>

namespace rustcoder::project {

namespace {

using Row = std::vector<std::uint32_t>; // furthest x on each diagonal k = -d, -d + 2, ..., d

/// Furthest point on diagonal k after d steps, before sliding along equal elements.
std::size_t step(const Row& previous, std::ptrdiff_t d, std::ptrdiff_t k, bool& down) {
    const auto at = [&](std::ptrdiff_t diagonal) { // previous holds d - 1's diagonals
        return static_cast<std::size_t>(previous[static_cast<std::size_t>((diagonal + d - 1) / 2)]);
    };
    down = k == -d || (k != d && at(k - 1) < at(k + 1));
    return down ? at(k + 1) : at(k - 1) + 1;
}

/// Rows of the forward search; empty when max_cost did not suffice.
std::vector<Row> search(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::size_t max_cost) {
    const auto n = static_cast<std::ptrdiff_t>(a.size()), m = static_cast<std::ptrdiff_t>(b.size());
    const auto bound = std::min(n + m, static_cast<std::ptrdiff_t>(max_cost));
    std::vector<Row> rows;
    for (std::ptrdiff_t d = 0; d <= bound; ++d) {
        Row row(static_cast<std::size_t>(d) + 1);
        for (std::ptrdiff_t k = -d; k <= d; k += 2) {
            bool down = false;
            auto x = d == 0 ? 0 : static_cast<std::ptrdiff_t>(step(rows.back(), d, k, down));
            x = std::min(x, n); // beyond the edge there is nothing to match; keeps the arithmetic in range
            while (x < n && x - k >= 0 && x - k < m &&
                   a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
                ++x;
            row[static_cast<std::size_t>((k + d) / 2)] = static_cast<std::uint32_t>(x);
            if (x >= n && x - k >= m && k == n - m) {
                rows.push_back(std::move(row));
                return rows;
            }
        }
        rows.push_back(std::move(row));
    }
    return {};
}

} // namespace

std::vector<Hunk> compare(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b, std::size_t max_cost) {
    std::size_t prefix = 0;
    while (prefix < a.size() && prefix < b.size() && a[prefix] == b[prefix])
        ++prefix;
    std::size_t suffix = 0;
    while (suffix < a.size() - prefix && suffix < b.size() - prefix &&
           a[a.size() - 1 - suffix] == b[b.size() - 1 - suffix])
        ++suffix;
    a = a.subspan(prefix, a.size() - prefix - suffix);
    b = b.subspan(prefix, b.size() - prefix - suffix);
    if (a.empty() && b.empty())
        return {};
    if (a.empty() || b.empty())
        return {{prefix, prefix + a.size(), prefix, prefix + b.size()}};
    const auto rows = search(a, b, max_cost);
    if (rows.empty())
        return {{prefix, prefix + a.size(), prefix, prefix + b.size()}};

    std::vector<Hunk> out; // built from the end
    auto x = static_cast<std::ptrdiff_t>(a.size()), y = static_cast<std::ptrdiff_t>(b.size());
    for (auto d = static_cast<std::ptrdiff_t>(rows.size()) - 1; d > 0; --d) {
        bool down = false;
        const std::ptrdiff_t k = x - y;
        const auto start = static_cast<std::ptrdiff_t>(step(rows[static_cast<std::size_t>(d) - 1], d, k, down));
        // From (from_x, from_y) one step leads to (start, start - k), then equal elements lead to (x, y).
        const std::ptrdiff_t from_x = down ? start : start - 1, from_y = down ? start - k - 1 : start - k;
        const auto base = static_cast<std::ptrdiff_t>(prefix);
        const auto as_size = [base](std::ptrdiff_t v) { return static_cast<std::size_t>(v + base); };
        if (!out.empty() && out.back().a_begin == as_size(start) && out.back().b_begin == as_size(start - k)) {
            out.back().a_begin = as_size(from_x);
            out.back().b_begin = as_size(from_y);
        } else {
            out.push_back({as_size(from_x), as_size(start), as_size(from_y), as_size(start - k)});
        }
        x = from_x;
        y = from_y;
    }
    std::reverse(out.begin(), out.end());
    return out;
}

} // namespace rustcoder::project
