// Things to do later: heartbeats, time limits. One thread, started by the first use. Callbacks must be quick.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace rustcoder::mcp {

class Timers {
public:
    using Clock = std::chrono::steady_clock;
    using Id = std::uint64_t;
    Timers() = default;
    Timers(const Timers&) = delete;
    ~Timers();
    Id after(std::chrono::milliseconds delay, std::function<void()> what);
    /// Does not wait for a callback that is running.
    void cancel(Id id);
    /// Drops what is planned and joins the thread; nothing can be planned afterwards.
    void stop();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::pair<Clock::time_point, Id>, std::function<void()>> planned_;
    std::map<Id, Clock::time_point> when_;
    Id next_ = 1;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace rustcoder::mcp
