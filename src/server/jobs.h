// The one core behind all faces: a bounded queue, N workers, and a store of jobs with their events and results.
// Thread-safe. Nothing here knows a transport.
#pragma once

#include "server/timers.h"
#include "server/use_cases.h"

#include <deque>
#include <optional>
#include <unordered_map>
#include <variant>

namespace rustcoder::server {

enum class JobKind { compile, fix, check, learn };
const char* name(JobKind kind);

/// A checked request in native types. max_attempts counts authoritative builds, as in the contract.
struct JobRequest {
    JobKind kind = JobKind::fix;
    project::Project project;
    std::vector<std::string> notes; // what was tolerated while reading the input
    std::string description;
    int max_attempts = 10;
    bool run = true;                       // run the program when it builds
    bool strict = false;                   // accept no edit that may change behaviour, panic or delete
    bool tests = false;                    // judge fixes by the project's own tests
    std::vector<repair::Example> examples; // judge fixes by what the program does
    std::chrono::milliseconds deadline{120'000};
    project::Project after;      // learn: how `project` was repaired
    std::string source = "user"; // learn: by whom, as provenance
};

using Answer = std::variant<agent::CompileAnswer, agent::FixAnswer, agent::LearnedFix>;

enum class JobState {
    queued,
    running,
    done,     // there is an Answer (which may well say that the code does not compile)
    failed,   // there is an Error: the machinery could not do it
    cancelled // somebody asked; a fix may still carry its best state so far
};
const char* name(JobState state);
inline bool finished(JobState s) {
    return s == JobState::done || s == JobState::failed || s == JobState::cancelled;
}

struct JobEvent {
    std::uint64_t id = 0; // 1.. within the job
    enum class Type { state, progress } type = Type::progress;
    JobState state = JobState::queued; // at that time
    std::string phase;                 // "checked", "trying", ...; empty for state changes
    std::string message;
    int errors = 0, checks = 0;
    bool last() const { return type == Type::state && finished(state); }
};

class Job {
public:
    using Listener = std::function<void(const Job&, const JobEvent&)>;

    Job(std::string id, JobRequest request);
    const std::string& id() const { return id_; }
    const JobRequest& request() const { return request_; }
    JobState state() const;
    /// Set once finished, then never changed.
    const Result<Answer>* result() const;
    std::chrono::system_clock::time_point created() const { return created_; }
    /// Seconds from the start of the work to its end (or to now); 0 while queued.
    double seconds() const;

    /// Calls with each kept event after `after`, then with each new one as it happens, in order, from the thread that
    /// makes it. Must not block and must not call unlisten() from inside. After the last event it is dropped.
    std::uint64_t listen(std::uint64_t after, Listener listener);
    /// Afterwards the listener is not called any more.
    void unlisten(std::uint64_t handle);

private:
    friend class JobStore;
    void emit(JobEvent event);
    void progress(const repair::Event& event);
    void start();
    void finish(JobState state, Result<Answer> result);

    const std::string id_;
    const JobRequest request_;
    const std::chrono::system_clock::time_point created_;
    std::stop_source stop_;
    mutable std::mutex mutex_; // state and result
    JobState state_ = JobState::queued;
    std::optional<Result<Answer>> result_;
    std::chrono::steady_clock::time_point started_{}, ended_{};
    bool deadline_passed_ = false, retained_ = false, shutdown_ = false;
    std::mutex events_mutex_; // held while listeners run: keeps their order
    std::deque<JobEvent> events_;
    std::uint64_t next_event_ = 1, next_listener_ = 1;
    std::map<std::uint64_t, Listener> listeners_;
};

struct JobOptions {
    int workers = 0;                      // 0 = cores
    std::size_t queue = 64;               // waiting jobs; more are refused (busy)
    std::size_t queue_bytes = 256u << 20; // of all waiting projects together
    std::size_t kept = 256;               // finished jobs kept for their result ...
    std::size_t kept_bytes = 256u << 20;
    std::chrono::seconds ttl{3600};             // ... and for how long
    std::chrono::milliseconds longest{600'000}; // any job is cancelled then
};

class JobStore {
public:
    JobStore(std::shared_ptr<UseCases> use_cases, Timers& timers, JobOptions options);
    JobStore(const JobStore&) = delete;
    ~JobStore(); // shutdown(0)

    /// Errors: busy (queue full), unavailable (shutting down). `retain`: keep the result for a later question.
    /// The listener, if any, hears every event from the first on.
    Result<std::shared_ptr<Job>> submit(JobRequest request, bool retain, Job::Listener listener = nullptr);
    std::shared_ptr<Job> find(std::string_view id);
    /// Idempotent; a queued job ends at once, a running one as soon as its processes are killed.
    void cancel(const std::shared_ptr<Job>& job);

    struct Stats {
        std::size_t queued = 0, running = 0, kept = 0;
        int workers = 0;
        bool accepting = true;
    };
    Stats stats() const;
    std::size_t queue_limit() const { return options_.queue; }
    std::chrono::milliseconds longest() const { return options_.longest; }
    /// Refuses new jobs, lets accepted ones finish within the grace time, cancels the rest, joins the workers.
    /// Idempotent.
    void shutdown(std::chrono::milliseconds grace);

private:
    void work();
    void run(const std::shared_ptr<Job>& job);
    Result<Answer> perform(Job& job);
    void ended(const std::shared_ptr<Job>& job);
    void prune();

    std::shared_ptr<UseCases> use_cases_;
    Timers& timers_;
    JobOptions options_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::shared_ptr<Job>> queue_;
    std::unordered_map<std::string, std::shared_ptr<Job>> jobs_;
    std::deque<std::pair<std::chrono::steady_clock::time_point, std::string>> finished_; // oldest first, retained only
    std::size_t running_ = 0, kept_bytes_ = 0, queued_bytes_ = 0;
    bool accepting_ = true, quitting_ = false;
    std::vector<std::thread> workers_;
    std::mutex shutdown_mutex_;
};

/// 128 random bits as 32 hex digits.
std::string random_id();

} // namespace rustcoder::server
