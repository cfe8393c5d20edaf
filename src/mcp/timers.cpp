#include "mcp/timers.h"

#include "base/log.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace rustcoder::mcp {

struct Timers::State {
    using Planned = std::map<std::pair<Clock::time_point, Id>, std::function<void()>>;
    std::mutex mutex;
    std::condition_variable changed;
    Planned planned;
    std::map<Id, Clock::time_point> when;
    Id next = 1;
    Clock::time_point wakes = Clock::time_point::min(); // when the thread looks again by itself
    bool stopping = false;
    std::thread thread;

    void run() {
        std::unique_lock lock(mutex);
        while (!stopping) {
            if (planned.empty()) {
                wakes = Clock::time_point::max();
                changed.wait(lock);
                continue;
            }
            const auto first = planned.begin();
            if (first->first.first > Clock::now()) {
                wakes = first->first.first;
                changed.wait_until(lock, Clock::time_point(wakes));
                continue;
            }
            auto what = std::move(first->second);
            when.erase(first->first.second);
            planned.erase(first);
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
};

Timers::Timers() : state_(std::make_shared<State>()) {}

Timers::~Timers() {
    stop();
}

Timers::Id Timers::after(std::chrono::milliseconds delay, std::function<void()> what) {
    std::lock_guard lock(state_->mutex);
    const Id id = state_->next++;
    if (state_->stopping)
        return id;
    const auto at = Clock::now() + delay;
    state_->planned.emplace(std::pair{at, id}, std::move(what));
    state_->when.emplace(id, at);
    if (!state_->thread.joinable())
        state_->thread = std::thread([state = state_] { state->run(); });
    if (at < state_->wakes) // most are cancelled long before their time: they must not cost a wake-up each
        state_->changed.notify_all();
    return id;
}

void Timers::cancel(Id id) {
    std::function<void()> dropped; // declared before the lock, so destroyed after it: it may own things that call back
    std::lock_guard lock(state_->mutex);
    const auto it = state_->when.find(id);
    if (it == state_->when.end())
        return;
    const auto planned = state_->planned.find({it->second, id});
    dropped = std::move(planned->second);
    state_->planned.erase(planned);
    state_->when.erase(it);
}

void Timers::stop() {
    State::Planned dropped;
    std::thread thread;
    {
        std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        dropped.swap(state_->planned);
        state_->when.clear();
        thread.swap(state_->thread);
        state_->changed.notify_all();
    }
    if (!thread.joinable())
        return;
    if (thread.get_id() == std::this_thread::get_id())
        thread.detach(); // it holds the state itself and ends after this callback
    else
        thread.join();
}

} // namespace rustcoder::mcp
