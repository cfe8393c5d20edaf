#include "server/jobs.h"

#include "base/counters.h"
#include "base/log.h"

#include <algorithm>
#include <fmt/core.h>
#include <sys/random.h>

namespace rustcoder::server {

namespace {

constexpr std::size_t kept_events = 1000; // a job; older ones are dropped

std::size_t bytes_of(const JobRequest& request) {
    return request.project.total_bytes() + request.after.total_bytes();
}

std::size_t size_of(const Job& job) {
    std::size_t n = bytes_of(job.request()) + 4096;
    if (const auto* result = job.result(); result && *result)
        if (const auto* fix = std::get_if<agent::FixAnswer>(&**result))
            n += fix->outcome.best.total_bytes() + fix->evidence_json.size();
    return n;
}

base::Counter& ended_counter(JobState state) {
    static auto& done = base::counter("jobs_total", "Jobs that ended, by state", "state=\"done\"");
    static auto& failed = base::counter("jobs_total", "Jobs that ended, by state", "state=\"failed\"");
    static auto& cancelled = base::counter("jobs_total", "Jobs that ended, by state", "state=\"cancelled\"");
    return state == JobState::done ? done : state == JobState::failed ? failed : cancelled;
}

} // namespace

std::string random_id() {
    unsigned char bytes[16];
    std::size_t have = 0;
    while (have < sizeof bytes) {
        const auto n = ::getrandom(bytes + have, sizeof bytes - have, 0);
        if (n > 0)
            have += static_cast<std::size_t>(n);
    }
    std::string out;
    for (unsigned char b : bytes)
        out += fmt::format("{:02x}", b);
    return out;
}

const char* name(JobKind kind) {
    switch (kind) {
    case JobKind::compile:
        return "compile";
    case JobKind::fix:
        return "fix";
    case JobKind::check:
        return "check";
    case JobKind::learn:
        return "learn";
    }
    return "fix";
}

const char* name(JobState state) {
    switch (state) {
    case JobState::queued:
        return "queued";
    case JobState::running:
        return "running";
    case JobState::done:
        return "done";
    case JobState::failed:
        return "failed";
    case JobState::cancelled:
        return "cancelled";
    }
    return "failed";
}

// --- Job

Job::Job(std::string id, JobRequest request)
    : id_(std::move(id)), request_(std::move(request)), created_(std::chrono::system_clock::now()) {
    emit({0, JobEvent::Type::state, JobState::queued, {}, "waiting for a worker"});
}

JobState Job::state() const {
    std::lock_guard lock(mutex_);
    return state_;
}

const Result<Answer>* Job::result() const {
    std::lock_guard lock(mutex_);
    return result_ ? &*result_ : nullptr;
}

double Job::seconds() const {
    std::lock_guard lock(mutex_);
    if (started_ == std::chrono::steady_clock::time_point{})
        return 0;
    const auto end = finished(state_) ? ended_ : std::chrono::steady_clock::now();
    return std::chrono::duration<double>(end - started_).count();
}

void Job::emit(JobEvent event) {
    std::map<std::uint64_t, Listener> over; // destroyed after the lock: what a listener owns may wait for unlisten()
    std::lock_guard lock(events_mutex_);
    event.id = next_event_++;
    for (const auto& [handle, listener] : listeners_)
        listener(*this, event);
    if (event.last())
        over.swap(listeners_);
    events_.push_back(std::move(event));
    if (events_.size() > kept_events)
        events_.pop_front();
}

void Job::progress(const repair::Event& event) {
    static constexpr const char* phases[] = {"checked", "trying", "accepted", "rejected", "verifying", "done"};
    emit({0, JobEvent::Type::progress, JobState::running, phases[static_cast<int>(event.kind)], event.message,
          event.errors, event.checks});
}

std::uint64_t Job::listen(std::uint64_t after, Listener listener) {
    std::lock_guard lock(events_mutex_);
    bool over = false;
    for (const auto& event : events_)
        if (event.id > after) {
            listener(*this, event);
            over = event.last();
        }
    const auto handle = next_listener_++;
    if (!over && !(!events_.empty() && events_.back().last()))
        listeners_.emplace(handle, std::move(listener));
    return handle;
}

void Job::unlisten(std::uint64_t handle) {
    Listener dropped;
    std::lock_guard lock(events_mutex_);
    if (const auto it = listeners_.find(handle); it != listeners_.end()) {
        dropped = std::move(it->second);
        listeners_.erase(it);
    }
}

void Job::start() {
    {
        std::lock_guard lock(mutex_);
        state_ = JobState::running;
        started_ = std::chrono::steady_clock::now();
    }
    emit({0, JobEvent::Type::state, JobState::running, {}, "started"});
}

void Job::finish(JobState state, Result<Answer> result) {
    std::string message = result ? "finished" : result.error().text();
    {
        std::lock_guard lock(mutex_);
        if (finished(state_))
            return;
        state_ = state;
        result_ = std::move(result);
        ended_ = std::chrono::steady_clock::now();
        if (started_ == std::chrono::steady_clock::time_point{})
            started_ = ended_;
    }
    ended_counter(state).add();
    emit({0, JobEvent::Type::state, state, {}, std::move(message)});
}

// --- JobStore

JobStore::JobStore(std::shared_ptr<UseCases> use_cases, Timers& timers, JobOptions options)
    : use_cases_(std::move(use_cases)), timers_(timers), options_(options) {
    if (options_.workers <= 0)
        options_.workers = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

JobStore::~JobStore() {
    shutdown(std::chrono::milliseconds(0));
}

Result<std::shared_ptr<Job>> JobStore::submit(JobRequest request, bool retain, Job::Listener listener) {
    auto job = std::make_shared<Job>(random_id(), std::move(request));
    job->retained_ = retain;
    if (listener)
        job->listen(0, std::move(listener));
    std::lock_guard lock(mutex_);
    if (!accepting_)
        return fail(Errc::unavailable, "The server is shutting down", {}, "Try again in a few seconds");
    if (queue_.size() >= options_.queue)
        return fail(Errc::busy,
                    fmt::format("The queue is full: {} jobs wait for {} workers", queue_.size(), options_.workers), {},
                    "Try again later; see Retry-After");
    const std::size_t bytes = bytes_of(job->request());
    if (!queue_.empty() && queued_bytes_ + bytes > options_.queue_bytes)
        return fail(Errc::busy, fmt::format("The queue is full: its projects have {} bytes", queued_bytes_), {},
                    "Try again later; see Retry-After");
    queued_bytes_ += bytes;
    prune();
    jobs_.emplace(job->id(), job);
    queue_.push_back(job);
    // Workers start with the first jobs: an idle server has none.
    if (workers_.size() < static_cast<std::size_t>(options_.workers) && running_ + queue_.size() > workers_.size())
        workers_.emplace_back([this] { work(); });
    changed_.notify_one();
    return job;
}

std::shared_ptr<Job> JobStore::find(std::string_view id) {
    std::lock_guard lock(mutex_);
    prune();
    const auto it = jobs_.find(std::string(id));
    return it == jobs_.end() ? nullptr : it->second;
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
    job->finish(JobState::cancelled, fail(Errc::cancelled, "The job was cancelled before it started"));
    ended(job);
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
        }
        ended(job);
        changed_.notify_all();
    }
}

void JobStore::run(const std::shared_ptr<Job>& job) {
    const auto alarm = timers_.after(std::min(options_.longest, job->request().deadline + std::chrono::seconds(60)),
                                     [this, weak = std::weak_ptr(job)] {
                                         if (auto j = weak.lock()) {
                                             {
                                                 std::lock_guard lock(j->mutex_);
                                                 j->deadline_passed_ = true;
                                             }
                                             j->stop_.request_stop();
                                         }
                                     });
    job->start();
    Result<Answer> result = perform(*job);
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
        result = fail(Errc::unavailable, "The server was stopped while the job ran", {}, "Send it again");
    const bool stopped = job->stop_.stop_requested() && !late && !shutdown;
    JobState state = result ? JobState::done : JobState::failed;
    if (stopped) {
        const auto* fix = result ? std::get_if<agent::FixAnswer>(&*result) : nullptr;
        const bool complete = fix ? fix->outcome.verdict != repair::Verdict::cancelled : result.has_value();
        if (!complete)
            state = JobState::cancelled;
    }
    static auto& seconds = base::histogram("job_seconds", "Time of jobs from start to end");
    job->finish(state, std::move(result));
    seconds.observe(job->seconds());
}

Result<Answer> JobStore::perform(Job& job) {
    const auto& r = job.request();
    const auto stop = job.stop_.get_token();
    if (stop.stop_requested())
        return fail(Errc::cancelled, "The job was cancelled");
    try {
        if (r.kind == JobKind::learn) {
            RC_TRY_ASSIGN(auto learned, use_cases_->learn(r.project, r.after, r.source, stop));
            return Answer(std::move(learned));
        }
        if (r.kind != JobKind::fix) {
            agent::CompileRequest request;
            request.project = r.project;
            request.run = r.kind == JobKind::compile && r.run;
            RC_TRY_ASSIGN(auto answer, use_cases_->compile(request, stop));
            return Answer(std::move(answer));
        }
        if (r.max_attempts <= 0) { // the contract: nothing is compiled, nothing succeeds
            agent::FixAnswer none;
            none.outcome.verdict = repair::Verdict::unchanged;
            none.outcome.original = none.outcome.best = r.project;
            none.outcome.build_output = "No compilation attempts were made";
            none.outcome.explanation = "max_attempts was 0, so nothing was compiled.";
            return Answer(std::move(none));
        }
        agent::FixRequest request;
        request.project = r.project;
        request.description = r.description;
        request.options.max_builds = r.max_attempts;
        request.options.deadline = r.deadline;
        request.options.run_tests = r.tests;
        request.options.examples = r.examples;
        if (r.strict)
            request.options.max_risk = repair::Risk::cost;
        request.run = r.run;
        RC_TRY_ASSIGN(auto answer, use_cases_->fix(request, stop, [&](const repair::Event& e) { job.progress(e); }));
        return Answer(std::move(answer));
    } catch (const std::exception& e) {
        base::log_error(fmt::format("job {}: {}", job.id(), e.what()));
        return fail(Errc::internal, "The server failed on this job", {},
                    "Please report it with the job id " + job.id());
    }
}

void JobStore::ended(const std::shared_ptr<Job>& job) {
    std::lock_guard lock(mutex_);
    if (!job->retained_) {
        jobs_.erase(job->id());
    } else {
        finished_.emplace_back(std::chrono::steady_clock::now(), job->id());
        kept_bytes_ += size_of(*job);
        prune();
    }
}

void JobStore::prune() { // under mutex_
    const auto oldest = std::chrono::steady_clock::now() - options_.ttl;
    while (!finished_.empty() && (finished_.size() > options_.kept || finished_.front().first < oldest ||
                                  (kept_bytes_ > options_.kept_bytes && finished_.size() > 1))) {
        if (const auto it = jobs_.find(finished_.front().second); it != jobs_.end()) {
            kept_bytes_ -= std::min(kept_bytes_, size_of(*it->second));
            jobs_.erase(it);
        }
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
