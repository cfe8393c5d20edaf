// Keeps a resident index of a store: builds it when first asked, follows what any process writes, tidies up beside the
// questions. Thread-safe. A question waits for at most a few changed entries, never for a build.
#pragma once

#include "knowledge/search_segment.h"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace rustcoder::knowledge {

class ResidentIndex {
public:
    /// Vectors of other models or dimensions are not read. The first question waits for up to `first_wait`.
    ResidentIndex(Store& store, std::string model, std::size_t dimension, std::chrono::milliseconds first_wait);
    ~ResidentIndex();

    /// The newest state; null while the first one is being built (or could not be).
    std::shared_ptr<const Index> get();
    /// Waits until the background has nothing left to do, or `patience` is over. For tests and benchmarks.
    bool settle(std::chrono::milliseconds patience);

private:
    enum class Task { none, build, catch_up, merge };

    std::shared_ptr<const Index> current();
    std::shared_ptr<const Index> first();
    void publish(Index next); // under write_
    void want(Task task);
    void follow(const Index& now);
    void merge_small(); // under write_
    void work(std::stop_token stop);
    Status build(std::stop_token stop);
    Status catch_up(std::stop_token stop);
    void merge_large();
    Result<Index> updated(const Index& base, std::span<const std::string> ids, std::uint64_t revision);
    Result<std::shared_ptr<const Segment>> read(std::span<const std::string> ids);

    Store& store_;
    const std::string model_;
    const std::size_t dimension_;
    const std::chrono::milliseconds first_wait_;

    std::mutex write_; // held by who makes the next state out of the current one; taken before mutex_
    std::mutex mutex_; // guards what follows
    std::condition_variable_any changed_;
    std::shared_ptr<const Index> index_;
    Task task_ = Task::none;
    bool working_ = false;
    std::chrono::steady_clock::time_point started_{}, failed_{};
    std::jthread worker_; // last: ends before the rest goes
};

} // namespace rustcoder::knowledge
