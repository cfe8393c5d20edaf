#include "proxy/workers.h"

#include <chrono>
#include <system_error>
#include <thread>

namespace rustcoder::proxy {

namespace {

constexpr auto idle_time = std::chrono::seconds(20);

} // namespace

Workers::~Workers() {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return threads_ == 0; });
}

bool Workers::post(std::function<void()> what) {
    std::lock_guard lock(mutex_);
    if (idle_ > queue_.size()) {
        queue_.push_back(std::move(what));
        changed_.notify_one();
        return true;
    }
    if (threads_ >= most_)
        return false;
    queue_.push_back(std::move(what));
    try {
        std::thread([this] { work(); }).detach(); // counted in threads_, which the destructor waits for
    } catch (const std::system_error&) {
        queue_.pop_back();
        return false;
    }
    ++threads_;
    return true;
}

void Workers::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        const bool some = changed_.wait_for(lock, idle_time, [&] { return !queue_.empty() || stopping_; });
        --idle_;
        if (queue_.empty() && (!some || stopping_))
            break;
        auto what = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        what();
        what = nullptr;
        lock.lock();
    }
    --threads_;
    changed_.notify_all();
}

} // namespace rustcoder::proxy
