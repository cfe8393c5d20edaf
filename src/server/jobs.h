// The one core behind all faces: a bounded queue, N workers, and a store of jobs with their events and results.
// Thread-safe. Nothing here knows a transport. With a folder (job_folder.h) jobs outlive the process.
#pragma once

#include "server/job.h"
#include "server/timers.h"

#include <condition_variable>
#include <thread>
#include <unordered_map>

namespace rustcoder::server {

class JobFolder;

struct JobOptions {
    int workers = 0;                      // 0 = cores
    std::size_t queue = 64;               // waiting jobs; more are refused (busy)
    std::size_t queue_bytes = 256u << 20; // of all waiting projects together
    std::size_t kept = 256;               // finished jobs kept in memory for their result ...
    std::size_t kept_bytes = 256u << 20;
    std::chrono::seconds ttl{3600};             // ... and for how long
    std::chrono::milliseconds longest{600'000}; // any job is cancelled then
    std::shared_ptr<JobFolder> folder;          // none = memory only
};

/// For how long a job's result is kept after its end.
enum class Keep {
    no,     // for whoever listens
    memory, // for a later question to this process
    disk    // ... or to a later one, when there is a folder
};

class JobStore {
public:
    JobStore(std::shared_ptr<UseCases> use_cases, Timers& timers, JobOptions options);
    JobStore(const JobStore&) = delete;
    ~JobStore(); // shutdown(0)

    /// Errors: busy (queue full), unavailable (shutting down; the disk is full). The listener, if any, hears every
    /// event from the first on. With Keep::disk the job is on the disk when this returns: not for the I/O thread.
    Result<std::shared_ptr<Job>> submit(JobRequest request, Keep keep, Job::Listener listener = nullptr);
    /// Looks on the disk for what memory does not hold.
    std::shared_ptr<Job> find(std::string_view id);
    /// Idempotent; a queued job ends at once, a running one as soon as its processes are killed.
    void cancel(const std::shared_ptr<Job>& job);

    /// Puts a job of memory on the disk after all. Does nothing without a folder, or when it is finished.
    void keep_on_disk(const std::shared_ptr<Job>& job);
    /// Takes up what an earlier process left unfinished. Call it once the server listens.
    void resume();
    /// A finished job is forgotten, here and on the disk. False when it is not finished.
    bool remove(const std::shared_ptr<Job>& job);
    /// Kept jobs, newest first.
    std::vector<JobSummary> list();
    /// The built file of a finished generate job. Errors: not_found; io.
    Result<std::shared_ptr<const std::string>> artifact(const Job& job);
    const JobFolder* folder() const { return options_.folder.get(); }

    struct Stats {
        std::size_t queued = 0, running = 0, kept = 0;
        int workers = 0;
        bool accepting = true;
    };
    Stats stats() const;
    std::size_t queue_limit() const { return options_.queue; }
    std::chrono::milliseconds longest() const { return options_.longest; }
    /// Refuses new jobs, lets accepted ones finish within the grace time, cancels the rest (those on the disk go on in
    /// the next process), joins the workers. Idempotent.
    void shutdown(std::chrono::milliseconds grace);

private:
    void work();
    void run(const std::shared_ptr<Job>& job);
    Status room(const Job& job) const;             // under mutex_
    void enqueue(const std::shared_ptr<Job>& job); // under mutex_
    void keep(const std::shared_ptr<Job>& job);    // under mutex_
    void conclude(const std::shared_ptr<Job>& job, JobState state, Result<Answer> result);
    void prune(); // under mutex_
    // jobs_disk.cpp
    void write_begin(Job& job);
    void write_end(Job& job, JobState state, const Result<Answer>& result);
    std::shared_ptr<Job> find_stored(std::string_view id);
    void take_up(const std::shared_ptr<Job>& job);

    std::shared_ptr<UseCases> use_cases_;
    Timers& timers_;
    JobOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Job>> queue_;
    std::unordered_map<std::string, std::shared_ptr<Job>> jobs_;
    struct Kept {
        std::chrono::steady_clock::time_point since;
        std::string id;
        std::size_t bytes;
    };
    std::deque<Kept> finished_; // oldest first, retained only
    std::size_t running_ = 0, kept_bytes_ = 0, queued_bytes_ = 0;
    bool accepting_ = true, quitting_ = false;
    std::vector<std::thread> workers_;
    std::mutex shutdown_mutex_;
};

} // namespace rustcoder::server
