#include "base/counters.h"

#include "base/text.h"

#include <cmath>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <mutex>

namespace rustcoder::base {

namespace {

template <class Metric> struct Family {
    std::string help;
    std::map<std::string, std::unique_ptr<Metric>, std::less<>> by_labels;
};
template <class Metric> using Families = std::map<std::string, Family<Metric>, std::less<>>;

struct Registry {
    std::mutex mutex;
    Families<Counter> counters;
    Families<Gauge> gauges;
    Families<Histogram> histograms;
};

Registry& registry() {
    static auto* r = new Registry; // never destroyed: threads may count while statics die
    return *r;
}

template <class Metric>
Metric& obtain(Families<Metric>& families, std::string_view name, std::string_view help, std::string_view labels) {
    const std::lock_guard lock(registry().mutex);
    auto& family = families[std::string(name)];
    if (family.help.empty())
        family.help = help;
    auto& slot = family.by_labels[std::string(labels)];
    if (!slot)
        slot = std::make_unique<Metric>();
    return *slot;
}

std::string braces(std::string_view labels, std::string_view more = {}) {
    if (labels.empty() && more.empty())
        return {};
    return fmt::format("{{{}{}{}}}", labels, labels.empty() || more.empty() ? "" : ",", more);
}

void header(std::string& out, std::string_view name, std::string_view help, std::string_view type) {
    const auto escaped = replace_all(replace_all(std::string(help), "\\", "\\\\"), "\n", "\\n");
    out += fmt::format("# HELP rustcoder_{0} {1}\n# TYPE rustcoder_{0} {2}\n", name, escaped, type);
}

template <class Metric> void render_values(std::string& out, const Families<Metric>& families, std::string_view type) {
    for (const auto& [name, family] : families) {
        header(out, name, family.help, type);
        for (const auto& [labels, metric] : family.by_labels)
            out += fmt::format("rustcoder_{}{} {}\n", name, braces(labels), metric->value());
    }
}

void render_histogram(std::string& out, std::string_view name, std::string_view labels, const Histogram& h) {
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < Histogram::bucket_count; ++i) {
        seen += h.bucket(i);
        const auto le = i + 1 < Histogram::bucket_count ? fmt::format("le=\"{}\"", Histogram::bounds[i])
                                                        : std::string("le=\"+Inf\"");
        out += fmt::format("rustcoder_{}_bucket{} {}\n", name, braces(labels, le), seen);
    }
    out += fmt::format("rustcoder_{}_sum{} {}\n", name, braces(labels), h.sum());
    out += fmt::format("rustcoder_{}_count{} {}\n", name, braces(labels), seen);
}

} // namespace

void Histogram::observe(double seconds) {
    if (!(seconds >= 0)) // negative and NaN: a clock went wrong, count it as zero
        seconds = 0;
    std::size_t i = 0;
    while (i + 1 < bucket_count && seconds > bounds[i])
        ++i;
    buckets_[i].fetch_add(1, std::memory_order_relaxed);
    count_.fetch_add(1, std::memory_order_relaxed);
    micros_.fetch_add(static_cast<std::uint64_t>(std::llround(seconds * 1e6)), std::memory_order_relaxed);
}

Counter& counter(std::string_view name, std::string_view help, std::string_view labels) {
    return obtain(registry().counters, name, help, labels);
}

Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels) {
    return obtain(registry().gauges, name, help, labels);
}

Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels) {
    return obtain(registry().histograms, name, help, labels);
}

std::string render_metrics() {
    auto& r = registry();
    const std::lock_guard lock(r.mutex);
    std::string out;
    render_values(out, r.counters, "counter");
    render_values(out, r.gauges, "gauge");
    for (const auto& [name, family] : r.histograms) {
        header(out, name, family.help, "histogram");
        for (const auto& [labels, metric] : family.by_labels)
            render_histogram(out, name, labels, *metric);
    }
    return out;
}

} // namespace rustcoder::base
