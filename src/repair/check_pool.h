// Speculative candidate checks. Internal to repair/.
#pragma once

#include "toolchain/workspace.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace rustcoder::repair {

/// Runs quick checks on a few threads and remembers each answer by content hash. The search asks for one answer at a
/// time, in its own order; while it waits, the checks that it will probably want next run beside it. What is asked for,
/// not what happened to run, decides the result, so the search stays deterministic for any number of threads. One owner
/// thread calls the public functions.
class CheckPool {
public:
    using Answer = std::shared_ptr<const Result<toolchain::CheckReport>>;

    CheckPool(toolchain::Workspace& workspace, int threads, std::stop_token stop);
    ~CheckPool();
    CheckPool(const CheckPool&) = delete;
    CheckPool& operator=(const CheckPool&) = delete;

    /// Starts a check when a thread is free and none is queued; otherwise does nothing.
    void hint(const std::string& key, const project::Project& project);
    /// Waits for the answer, starting the check at once if need be. nullptr only when the stop token fired.
    Answer ask(const std::string& key, const project::Project& project);
    bool known(const std::string& key);
    /// Forgets all answers: cargo has reached more units, so an old "no errors" says less than a new one.
    void forget();
    int threads() const { return static_cast<int>(workers_.size()); }

private:
    struct Job {
        std::string key;
        project::Project project;
        Answer answer;
        bool started = false;
    };
    void work(std::stop_token own);
    std::shared_ptr<Job> submit(const std::string& key, const project::Project& project, bool urgent);

    toolchain::Workspace& workspace_;
    std::stop_token outer_;
    std::stop_source cancel_; // ends running checks when the search is over
    std::mutex mutex_;
    std::condition_variable_any wake_, done_;
    std::deque<std::shared_ptr<Job>> queue_;
    std::unordered_map<std::string, std::shared_ptr<Job>> jobs_;
    int busy_ = 0;
    std::vector<std::jthread> workers_;
};

} // namespace rustcoder::repair
