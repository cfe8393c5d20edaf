// Process-wide counters, gauges and histograms, free when not read. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace rustcoder::base {

/// A monotonically increasing count. Obtain once (`static auto& c = counter("checks_total", "...")`) and keep.
class Counter {
public:
    void add(std::uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> value_{0};
};

class Gauge {
public:
    void set(std::int64_t v) { value_.store(v, std::memory_order_relaxed); }
    void add(std::int64_t n) { value_.fetch_add(n, std::memory_order_relaxed); }
    std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> value_{0};
};

/// Durations in seconds; fixed buckets 1 ms .. 300 s.
class Histogram {
public:
    static constexpr double bounds[] = {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300};
    static constexpr std::size_t bucket_count = sizeof(bounds) / sizeof(bounds[0]) + 1;
    void observe(double seconds);
    std::uint64_t bucket(std::size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
    std::uint64_t count() const { return count_.load(std::memory_order_relaxed); }
    double sum() const { return static_cast<double>(micros_.load(std::memory_order_relaxed)) / 1e6; }

private:
    std::atomic<std::uint64_t> buckets_[bucket_count] = {};
    std::atomic<std::uint64_t> count_{0}, micros_{0};
};

/// `name` without prefix ("checks_total"); `labels` in Prometheus form without braces (`code="200"`) or empty.
Counter& counter(std::string_view name, std::string_view help, std::string_view labels = {});
Gauge& gauge(std::string_view name, std::string_view help, std::string_view labels = {});
Histogram& histogram(std::string_view name, std::string_view help, std::string_view labels = {});
/// Prometheus text exposition format 0.0.4 of everything registered, each name prefixed "rustcoder_".
std::string render_metrics();

} // namespace rustcoder::base
