// Threads for what blocks: streams of HTTP answers, waiting for the end of a child. Grows with the work, idle threads
// leave after a while. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace rustcoder::proxy {

class Workers {
public:
    explicit Workers(std::size_t most = 4096) : most_(most) {}
    Workers(const Workers&) = delete;
    /// Waits for everything that was posted: whoever owns the work has stopped it before.
    ~Workers();
    /// `what` must not throw. False when `most` are busy: nothing was done.
    bool post(std::function<void()> what);

private:
    void work();

    const std::size_t most_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    std::size_t threads_ = 0, idle_ = 0;
    bool stopping_ = false;
};

} // namespace rustcoder::proxy
