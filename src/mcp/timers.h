// Things to do later: heartbeats, time limits. One thread, started by the first use. Callbacks must be quick.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

namespace rustcoder::mcp {

/// Thread-safe. May be destroyed by one of its own callbacks.
class Timers {
public:
    using Clock = std::chrono::steady_clock;
    using Id = std::uint64_t;
    Timers();
    Timers(const Timers&) = delete;
    ~Timers();
    Id after(std::chrono::milliseconds delay, std::function<void()> what);
    /// Does not wait for a callback that is running.
    void cancel(Id id);
    /// Drops what is planned and joins the thread; nothing can be planned afterwards.
    void stop();

private:
    struct State;
    const std::shared_ptr<State> state_;
};

} // namespace rustcoder::mcp
