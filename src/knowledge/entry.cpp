#include "knowledge/entry.h"

#include "base/text.h"

#include <array>
#include <cmath>
#include <limits>

namespace rustcoder::knowledge {

namespace {

constexpr std::array<const char*, 4> kind_names{"lesson", "fix", "project", "passage"};

/// Length before the bytes: no two different entries give one string.
void append_field(std::string& out, std::string_view field) {
    out += std::to_string(field.size());
    out += ':';
    out += field;
}

std::uint64_t add_up(std::uint64_t a, std::uint64_t b) {
    const auto most = std::numeric_limits<std::uint64_t>::max();
    return b > most - a ? most : a + b;
}

/// Centre and half width of the interval, both before the division by 1 + z^2/n.
struct Interval {
    double centre = 0, half = 0, scale = 1;
};

Interval wilson(std::uint64_t successes, std::uint64_t trials, double z) {
    const double n = static_cast<double>(trials);
    const double share = static_cast<double>(std::min(successes, trials)) / n;
    const double square = z * z;
    return {share + square / (2 * n), z * std::sqrt(share * (1 - share) / n + square / (4 * n * n)), 1 + square / n};
}

} // namespace

const char* name(Kind kind) {
    return kind_names[static_cast<std::size_t>(kind)];
}

std::optional<Kind> kind_named(std::string_view name) {
    for (std::size_t i = 0; i < kind_names.size(); ++i)
        if (name == kind_names[i])
            return static_cast<Kind>(i);
    return std::nullopt;
}

Counts& Counts::operator+=(const Counts& o) {
    tried = add_up(tried, o.tried);
    compiled = add_up(compiled, o.compiled);
    passed = add_up(passed, o.passed);
    rejected = add_up(rejected, o.rejected);
    return *this;
}

std::string content_id(const Entry& entry) {
    std::string all;
    all.reserve(entry.title.size() + entry.text.size() + entry.payload.size() + 64);
    append_field(all, name(entry.kind));
    append_field(all, entry.title);
    append_field(all, entry.text);
    append_field(all, entry.payload);
    return base::sha256_hex(all).substr(0, 32);
}

double wilson_lower(std::uint64_t successes, std::uint64_t trials, double z) {
    if (trials == 0)
        return 0;
    const Interval i = wilson(successes, trials, z);
    return std::max(0.0, (i.centre - i.half) / i.scale);
}

double wilson_upper(std::uint64_t successes, std::uint64_t trials, double z) {
    if (trials == 0)
        return 1;
    const Interval i = wilson(successes, trials, z);
    return std::min(1.0, (i.centre + i.half) / i.scale);
}

} // namespace rustcoder::knowledge
