#include "server/timers.h"

#include "base/log.h"

namespace rustcoder::server {

Timers::~Timers() {
    stop();
}

Timers::Id Timers::after(std::chrono::milliseconds delay, std::function<void()> what) {
    std::lock_guard lock(mutex_);
    const Id id = next_++;
    if (stopping_)
        return id;
    const auto at = Clock::now() + delay;
    planned_.emplace(std::pair{at, id}, std::move(what));
    when_.emplace(id, at);
    if (!thread_.joinable())
        thread_ = std::thread([this] { run(); });
    changed_.notify_all();
    return id;
}

void Timers::cancel(Id id) {
    std::function<void()> dropped; // declared before the lock, so destroyed after it: it may own things that call back
    std::lock_guard lock(mutex_);
    const auto it = when_.find(id);
    if (it == when_.end())
        return;
    const auto planned = planned_.find({it->second, id});
    dropped = std::move(planned->second);
    planned_.erase(planned);
    when_.erase(it);
}

void Timers::stop() {
    std::map<std::pair<Clock::time_point, Id>, std::function<void()>> dropped;
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(planned_);
        when_.clear();
        changed_.notify_all();
    }
    if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id())
        thread_.join();
}

void Timers::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        if (planned_.empty()) {
            changed_.wait(lock);
            continue;
        }
        const auto first = planned_.begin();
        if (first->first.first > Clock::now()) {
            changed_.wait_until(lock, first->first.first);
            continue;
        }
        auto what = std::move(first->second);
        when_.erase(first->first.second);
        planned_.erase(first);
        lock.unlock();
        try {
            what();
        } catch (const std::exception& e) {
            base::log_error(std::string("timer: ") + e.what());
        }
        what = nullptr;
        lock.lock();
    }
}

} // namespace rustcoder::server
