#include "repair/check_pool.h"

#include <algorithm>

namespace rustcoder::repair {

CheckPool::CheckPool(toolchain::Workspace& workspace, int threads, std::stop_token stop)
    : workspace_(workspace), outer_(stop) {
    for (int i = 0; i < std::max(1, threads); ++i)
        workers_.emplace_back([this](std::stop_token own) { work(own); });
}

CheckPool::~CheckPool() {
    cancel_.request_stop();
    for (auto& w : workers_)
        w.request_stop();
    wake_.notify_all();
}

void CheckPool::work(std::stop_token own) {
    std::stop_callback forward(outer_, [this] { cancel_.request_stop(); });
    while (true) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(mutex_);
            if (!wake_.wait(lock, own, [this] { return !queue_.empty(); }))
                return;
            job = queue_.front();
            queue_.pop_front();
            job->started = true;
            ++busy_;
        }
        auto answer = std::make_shared<const Result<toolchain::CheckReport>>(
            workspace_.quick_check(job->project, cancel_.get_token()));
        {
            std::lock_guard lock(mutex_);
            job->answer = std::move(answer);
            --busy_;
        }
        done_.notify_all();
    }
}

std::shared_ptr<CheckPool::Job> CheckPool::submit(const std::string& key, const project::Project& project,
                                                  bool urgent) {
    auto [it, fresh] = jobs_.emplace(key, nullptr);
    if (fresh) {
        it->second = std::make_shared<Job>(Job{key, project, nullptr, false});
        urgent ? queue_.push_front(it->second) : queue_.push_back(it->second);
        wake_.notify_one();
    } else if (urgent && !it->second->started) {
        auto at = std::find(queue_.begin(), queue_.end(), it->second);
        if (at != queue_.end()) {
            std::rotate(queue_.begin(), at, at + 1);
        }
    }
    return it->second;
}

void CheckPool::hint(const std::string& key, const project::Project& project) {
    std::lock_guard lock(mutex_);
    if (static_cast<std::size_t>(busy_) + queue_.size() >= workers_.size())
        return;
    submit(key, project, false);
}

CheckPool::Answer CheckPool::ask(const std::string& key, const project::Project& project) {
    std::unique_lock lock(mutex_);
    auto job = submit(key, project, true);
    if (!done_.wait(lock, outer_, [&] { return job->answer != nullptr; }))
        return nullptr;
    return job->answer;
}

void CheckPool::forget() {
    std::unique_lock lock(mutex_);
    queue_.clear();
    done_.wait(lock, [this] { return busy_ == 0; });
    jobs_.clear();
}

bool CheckPool::known(const std::string& key) {
    std::lock_guard lock(mutex_);
    auto it = jobs_.find(key);
    return it != jobs_.end() && it->second->answer != nullptr;
}

} // namespace rustcoder::repair
