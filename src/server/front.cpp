#include "server/front.h"

namespace rustcoder::server {

bool Front::post(std::function<void()> what) {
    std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= most_waiting_)
        return false;
    queue_.push_back(std::move(what));
    if (idle_ < queue_.size() && threads_.size() < most_threads_)
        threads_.emplace_back([this] { work(); });
    changed_.notify_one();
    return true;
}

void Front::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        changed_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
        --idle_;
        if (stopping_)
            return;
        auto next = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        next();
        next = nullptr;
        lock.lock();
    }
}

void Front::stop() {
    std::deque<std::function<void()>> dropped; // destroyed after the lock
    std::vector<std::thread> ending;
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(queue_);
        ending.swap(threads_);
    }
    changed_.notify_all();
    for (auto& thread : ending)
        thread.join();
}

} // namespace rustcoder::server
