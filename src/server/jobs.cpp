#include "server/jobs.h"

#include "base/counters.h"
#include "server/job_folder.h"
#include "server/job_work.h"

#include <algorithm>
#include <fmt/core.h>

namespace rustcoder::server {

namespace {

std::size_t size_of(const Job& job) {
    std::size_t n = bytes_of(job.request()) + 4096;
    if (const auto* result = job.result(); result && *result)
        n += bytes_of(**result);
    return n;
}

std::string again(const Job& job) {
    return job.stored() ? "It is done when the server runs again" : "Send it again";
}

} // namespace

JobStore::JobStore(std::shared_ptr<UseCases> use_cases, Timers& timers, JobOptions options)
    : use_cases_(std::move(use_cases)), timers_(timers), options_(options) {
    if (options_.workers <= 0)
        options_.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

JobStore::~JobStore() {
    shutdown(std::chrono::milliseconds(0));
}

Result<std::shared_ptr<Job>> JobStore::submit(JobRequest request, Keep keep, Job::Listener listener) {
    auto id = request.kind == JobKind::generate ? random_uuid() : random_id();
    auto job = std::make_shared<Job>(std::move(id), std::move(request));
    job->retained_ = keep != Keep::no;
    if (listener)
        job->listen(0, std::move(listener));
    const bool on_disk = keep == Keep::disk && options_.folder;
    if (on_disk) {
        {
            std::lock_guard lock(mutex_);
            RC_TRY(room(*job));
        }
        RC_TRY(options_.folder->accept(*job)); // waits for the disk: without the lock
        job->stored_ = true;
    }
    std::unique_lock lock(mutex_);
    if (auto refused = room(*job); !refused) {
        lock.unlock();
        if (on_disk)
            options_.folder->remove(job->id());
        return std::unexpected(std::move(refused).error());
    }
    enqueue(job);
    return job;
}

Status JobStore::room(const Job& job) const {
    if (!accepting_)
        return fail(Errc::unavailable, "The server is shutting down", {}, "Try again in a few seconds");
    if (queue_.size() >= options_.queue)
        return fail(Errc::busy,
                    fmt::format("The queue is full: {} jobs wait for {} workers", queue_.size(), options_.workers), {},
                    "Try again later; see Retry-After");
    if (!queue_.empty() && queued_bytes_ + bytes_of(job.request()) > options_.queue_bytes)
        return fail(Errc::busy, fmt::format("The queue is full: its projects have {} bytes", queued_bytes_), {},
                    "Try again later; see Retry-After");
    return {};
}

void JobStore::enqueue(const std::shared_ptr<Job>& job) {
    queued_bytes_ += bytes_of(job->request());
    prune();
    jobs_.emplace(job->id(), job);
    queue_.push_back(job);
    // Workers start with the first jobs: an idle server has none.
    if (workers_.size() < static_cast<std::size_t>(options_.workers) && running_ + queue_.size() > workers_.size())
        workers_.emplace_back([this] { work(); });
    changed_.notify_one();
}

std::shared_ptr<Job> JobStore::find(std::string_view id) {
    {
        std::lock_guard lock(mutex_);
        prune();
        if (const auto it = jobs_.find(std::string(id)); it != jobs_.end())
            return it->second;
    }
    return options_.folder ? find_stored(id) : nullptr;
}

void JobStore::cancel(const std::shared_ptr<Job>& job) {
    job->stop_.request_stop();
    {
        std::lock_guard lock(mutex_);
        const auto it = std::find(queue_.begin(), queue_.end(), job);
        if (it == queue_.end())
            return;
        queue_.erase(it);
        queued_bytes_ -= bytes_of(job->request());
    }
    bool shutdown = false;
    {
        std::lock_guard lock(job->mutex_);
        shutdown = job->shutdown_;
    }
    if (shutdown)
        conclude(job, JobState::failed,
                 fail(Errc::unavailable, "The server was stopped before the job ran", {}, again(*job)));
    else
        conclude(job, JobState::cancelled, fail(Errc::cancelled, "The job was cancelled before it started"));
    std::lock_guard lock(mutex_);
    this->keep(job);
}

void JobStore::conclude(const std::shared_ptr<Job>& job, JobState state, Result<Answer> result) {
    write_end(*job, state, result); // what is told as done is on the disk
    job->finish(state, std::move(result));
}

JobStore::Stats JobStore::stats() const {
    std::lock_guard lock(mutex_);
    return {queue_.size(), running_, finished_.size(), options_.workers, accepting_};
}

void JobStore::work() {
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return quitting_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            job = std::move(queue_.front());
            queue_.pop_front();
            queued_bytes_ -= bytes_of(job->request());
            ++running_;
        }
        run(job);
        {
            std::lock_guard lock(mutex_);
            --running_;
            keep(job);
        }
        changed_.notify_all();
    }
}

void JobStore::run(const std::shared_ptr<Job>& job) {
    const auto alarm = timers_.after(std::min(options_.longest, job->request().deadline + std::chrono::seconds(60)),
                                     [weak = std::weak_ptr(job)] {
                                         if (auto j = weak.lock()) {
                                             {
                                                 std::lock_guard lock(j->mutex_);
                                                 j->deadline_passed_ = true;
                                             }
                                             j->stop_.request_stop();
                                         }
                                     });
    write_begin(*job);
    job->start();
    Result<Answer> result = perform(*use_cases_, job->id(), job->request(), job->stop_.get_token(),
                                    [&](const repair::Event& e) { job->progress(e); });
    timers_.cancel(alarm);
    bool late = false, shutdown = false;
    {
        std::lock_guard lock(job->mutex_);
        late = job->deadline_passed_;
        shutdown = job->shutdown_;
    }
    if (!result && result.error().code == Errc::cancelled && late)
        result = fail(Errc::timeout, "The job passed its time limit and was stopped", {},
                      "Send less code, or ask for fewer attempts");
    else if (!result && result.error().code == Errc::cancelled && shutdown)
        result = fail(Errc::unavailable, "The server was stopped while the job ran", {}, again(*job));
    const bool stopped = job->stop_.stop_requested() && !late && !shutdown;
    JobState state = result ? JobState::done : JobState::failed;
    if (stopped) {
        const auto* fix = result ? std::get_if<agent::FixAnswer>(&*result) : nullptr;
        const bool complete = fix ? fix->outcome.verdict != repair::Verdict::cancelled : result.has_value();
        if (!complete)
            state = JobState::cancelled;
    }
    static auto& seconds = base::histogram("job_seconds", "Time of jobs from start to end");
    conclude(job, state, std::move(result));
    seconds.observe(job->seconds());
}

void JobStore::keep(const std::shared_ptr<Job>& job) {
    if (!job->retained_) {
        jobs_.erase(job->id());
        return;
    }
    finished_.push_back({std::chrono::steady_clock::now(), job->id(), size_of(*job)});
    kept_bytes_ += finished_.back().bytes;
    prune();
}

void JobStore::prune() {
    const auto oldest = std::chrono::steady_clock::now() - options_.ttl;
    while (!finished_.empty() && (finished_.size() > options_.kept || finished_.front().since < oldest ||
                                  (kept_bytes_ > options_.kept_bytes && finished_.size() > 1))) {
        kept_bytes_ -= finished_.front().bytes;
        jobs_.erase(finished_.front().id);
        finished_.pop_front();
    }
}

void JobStore::shutdown(std::chrono::milliseconds grace) {
    std::lock_guard once(shutdown_mutex_);
    std::vector<std::shared_ptr<Job>> left;
    {
        std::unique_lock lock(mutex_);
        accepting_ = false;
        changed_.wait_for(lock, grace, [&] { return queue_.empty() && running_ == 0; });
        for (const auto& [id, job] : jobs_)
            if (!finished(job->state()))
                left.push_back(job);
    }
    for (const auto& job : left) {
        {
            std::lock_guard lock(job->mutex_);
            job->shutdown_ = true;
        }
        cancel(job);
    }
    {
        std::lock_guard lock(mutex_);
        quitting_ = true;
    }
    changed_.notify_all();
    for (auto& worker : workers_)
        worker.join();
    workers_.clear();
}

} // namespace rustcoder::server
