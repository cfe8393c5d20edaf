// A few threads for what should not hold up the thread that asks. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace rustcoder::server {

/// How many answer questions to the knowledge base: a search takes milliseconds, a first one or a snapshot longer.
inline constexpr std::size_t desk_threads = 2;

/// Takes tasks in order; with one thread it also ends them in order. Threads start with the first tasks.
class Front {
public:
    explicit Front(std::size_t threads = 1, std::size_t most_waiting = SIZE_MAX)
        : most_threads_(threads), most_waiting_(most_waiting) {}
    Front(const Front&) = delete;
    ~Front() { stop(); }
    /// False, and nothing done, when too much is waiting or it is stopping. `what` must not throw.
    bool post(std::function<void()> what);
    /// Drops what waits, ends with what runs.
    void stop();

private:
    void work();

    const std::size_t most_threads_, most_waiting_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    std::size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace rustcoder::server
