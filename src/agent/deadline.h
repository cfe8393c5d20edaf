// A stop token that also fires when time is over. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace rustcoder::agent {

class Deadline {
public:
    using Clock = std::chrono::steady_clock;
    Deadline(std::chrono::milliseconds time, std::stop_token outer)
        : end_(Clock::now() + time), on_outer_(std::move(outer), [this] { source_.request_stop(); }),
          timer_([this](const std::stop_token& stop) {
              std::unique_lock lock(mutex_);
              if (!changed_.wait_until(lock, stop, end_, [] { return false; }) && !stop.stop_requested())
                  source_.request_stop();
          }) {}
    Deadline(const Deadline&) = delete;

    std::stop_token token() const { return source_.get_token(); }
    bool over() const { return Clock::now() >= end_; }
    std::chrono::milliseconds left() const {
        return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()),
                        std::chrono::milliseconds(0));
    }

private:
    const Clock::time_point end_;
    std::stop_source source_;
    std::stop_callback<std::function<void()>> on_outer_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::jthread timer_; // last: ends before what it uses
};

} // namespace rustcoder::agent
