// One piece of work on its way: what was asked, how it stands, its events and its result. Thread-safe. Nothing here
// knows a transport or a disk.
#pragma once

#include "base/json.h"
#include "server/use_cases.h"

#include <atomic>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

namespace rustcoder::server {

enum class JobKind { compile, fix, check, learn, generate };
const char* name(JobKind kind);
std::optional<JobKind> job_kind(std::string_view name);

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
    project::Project after;                 // learn: how `project` was repaired
    std::string source = "user";            // learn: by whom, as provenance
    agent::GenerateRequest generate;        // generate: all of it but for the fields above
    std::shared_ptr<model::ChatModel> chat; // the client's own, when it offers one; not kept on disk
};
std::size_t bytes_of(const JobRequest& request);

/// What a job of an earlier process answered, as it was told then.
struct StoredAnswer {
    bool success = false;
    base::json::object body;  // answer_body()
    std::string text;         // learn: in words
    project::Project project; // generate
};

using Answer =
    std::variant<agent::CompileAnswer, agent::FixAnswer, agent::LearnedFix, agent::GenerateAnswer, StoredAnswer>;
std::size_t bytes_of(const Answer& answer);

enum class JobState {
    queued,
    running,
    done,     // there is an Answer (which may well say that the code does not compile)
    failed,   // there is an Error: the machinery could not do it
    cancelled // somebody asked; a fix may still carry its best state so far
};
const char* name(JobState state);
std::optional<JobState> job_state(std::string_view name);
inline bool finished(JobState s) {
    return s == JobState::done || s == JobState::failed || s == JobState::cancelled;
}

struct JobEvent {
    std::uint64_t id = 0; // rises within the job; from 1 in its first process
    enum class Type { state, progress } type = Type::progress;
    JobState state = JobState::queued; // at that time
    std::string phase;                 // "checked", "trying", ...; empty for state changes
    std::string message;
    int errors = 0, checks = 0;
    bool last() const { return type == Type::state && finished(state); }
};

/// A job in a line, for lists.
struct JobSummary {
    std::string id;
    JobKind kind = JobKind::fix;
    JobState state = JobState::queued;
    std::chrono::system_clock::time_point created;
    double seconds = 0;
    std::optional<bool> success;
    std::string error, title; // title: the beginning of the description
};

/// How a job ended.
struct JobEnd {
    JobState state = JobState::done;
    double seconds = 0;
    std::uint64_t last_event = 0;
    Result<Answer> result;
};

class Job {
public:
    using Listener = std::function<void(const Job&, const JobEvent&)>;

    Job(std::string id, JobRequest request);
    /// One of an earlier process: over, or to be done (again) after `tries` that came to no end.
    Job(std::string id, JobRequest request, std::chrono::system_clock::time_point created, JobEnd end);
    Job(std::string id, JobRequest request, std::chrono::system_clock::time_point created, int tries);
    const std::string& id() const { return id_; }
    const JobRequest& request() const { return request_; }
    JobState state() const;
    /// Set once finished, then never changed.
    const Result<Answer>* result() const;
    std::chrono::system_clock::time_point created() const { return created_; }
    /// Seconds from the start of the work to its end (or to now); 0 while queued.
    double seconds() const;
    int tries() const { return tries_; }
    bool stored() const { return stored_; } // on the disk
    JobSummary summary() const;

    /// Calls with each kept event after `after`, then with each new one as it happens, in order, from the thread that
    /// makes it. Must not block and must not call unlisten() from inside. After the last event it is dropped.
    std::uint64_t listen(std::uint64_t after, Listener listener);
    /// Afterwards the listener is not called any more.
    void unlisten(std::uint64_t handle);
    /// Those that are kept.
    std::vector<JobEvent> events() const;

private:
    friend class JobStore;
    void emit(JobEvent event);
    void progress(const repair::Event& event);
    void start();
    void finish(JobState state, Result<Answer> result);

    const std::string id_;
    const JobRequest request_;
    const std::chrono::system_clock::time_point created_;
    const int tries_ = 0;
    std::stop_source stop_;
    mutable std::mutex mutex_; // state and result
    JobState state_ = JobState::queued;
    std::optional<Result<Answer>> result_;
    std::chrono::steady_clock::time_point started_{}, ended_{};
    bool deadline_passed_ = false, retained_ = false, shutdown_ = false;
    std::mutex disk_mutex_; // held while the folder writes it
    std::atomic<bool> stored_{false};
    bool over_ = false;               // its end was written, or never will be
    mutable std::mutex events_mutex_; // held while listeners run: keeps their order
    std::deque<JobEvent> events_;
    std::uint64_t next_event_ = 1, next_listener_ = 1;
    std::map<std::uint64_t, Listener> listeners_;
};

/// 128 random bits as 32 hex digits.
std::string random_id();
/// 122 random bits in the form of a UUID, version 4: what the contract calls a project_id.
std::string random_uuid();
/// Either of the two forms.
bool is_job_id(std::string_view text);

} // namespace rustcoder::server
