#include "server/job.h"

#include "base/counters.h"
#include "server/render.h"

#include <fmt/core.h>
#include <iterator>
#include <sys/random.h>

namespace rustcoder::server {

namespace {

constexpr std::size_t kept_events = 1000; // a job; older ones are dropped

constexpr const char* kinds[] = {"compile", "fix", "check", "learn", "generate"};
constexpr const char* states[] = {"queued", "running", "done", "failed", "cancelled"};
constexpr std::uint64_t events_of_a_try = 1'000'000; // ids go on rising when a job is begun again

std::string title_of(const JobRequest& request) {
    std::string_view text = request.description;
    if (text.size() > 120) {
        std::size_t n = 120;
        while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0u) == 0x80u)
            --n;
        text = text.substr(0, n);
    }
    return std::string(text.substr(0, text.find('\n')));
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

std::string random_uuid() {
    std::string hex = random_id();
    hex[12] = '4';
    hex[16] = "89ab"[static_cast<unsigned char>(hex[16]) & 3];
    for (const std::size_t at : {20, 16, 12, 8})
        hex.insert(at, 1, '-');
    return hex;
}

bool is_job_id(std::string_view text) {
    const auto hex = [](std::string_view s) {
        return s.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    };
    if (text.size() == 32)
        return hex(text);
    return text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-' &&
           hex(text.substr(0, 8)) && hex(text.substr(9, 4)) && hex(text.substr(14, 4)) && hex(text.substr(19, 4)) &&
           hex(text.substr(24));
}

const char* name(JobKind kind) {
    return kinds[static_cast<std::size_t>(kind)];
}

std::optional<JobKind> job_kind(std::string_view name) {
    for (std::size_t i = 0; i < std::size(kinds); ++i)
        if (name == kinds[i])
            return static_cast<JobKind>(i);
    return std::nullopt;
}

const char* name(JobState state) {
    return states[static_cast<std::size_t>(state)];
}

std::optional<JobState> job_state(std::string_view name) {
    for (std::size_t i = 0; i < std::size(states); ++i)
        if (name == states[i])
            return static_cast<JobState>(i);
    return std::nullopt;
}

std::size_t bytes_of(const JobRequest& request) {
    std::size_t n = request.project.total_bytes() + request.after.total_bytes() + request.description.size() +
                    request.generate.requirements.size();
    for (const auto& [path, content] : request.generate.tests)
        n += path.size() + content.size();
    return n;
}

std::size_t bytes_of(const Answer& answer) {
    if (const auto* fix = std::get_if<agent::FixAnswer>(&answer))
        return fix->outcome.best.total_bytes() + fix->evidence_json.size();
    if (const auto* made = std::get_if<agent::GenerateAnswer>(&answer))
        return made->project.total_bytes() + made->evidence_json.size() +
               (made->artifact && made->artifact->bytes ? made->artifact->bytes->size() : 0);
    if (const auto* stored = std::get_if<StoredAnswer>(&answer))
        return 4 * stored->project.total_bytes() + 65'536; // the body holds the files once more
    return 0;
}

Job::Job(std::string id, JobRequest request)
    : id_(std::move(id)), request_(std::move(request)), created_(std::chrono::system_clock::now()) {
    emit({0, JobEvent::Type::state, JobState::queued, {}, "waiting for a worker"});
}

Job::Job(std::string id, JobRequest request, std::chrono::system_clock::time_point created, int tries)
    : id_(std::move(id)), request_(std::move(request)), created_(created), tries_(tries), retained_(true),
      stored_(true), next_event_(1 + events_of_a_try * static_cast<std::uint64_t>(tries)) {
    emit({0, JobEvent::Type::state, JobState::queued, {}, "taken up again after a restart"});
}

Job::Job(std::string id, JobRequest request, std::chrono::system_clock::time_point created, JobEnd end)
    : id_(std::move(id)), request_(std::move(request)), created_(created), state_(end.state), retained_(true),
      stored_(true), next_event_(std::max<std::uint64_t>(1, end.last_event)) {
    ended_ = std::chrono::steady_clock::now();
    started_ = ended_ - std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                            std::chrono::duration<double>(end.seconds));
    std::string message = end.result ? "finished" : end.result.error().text();
    result_ = std::move(end.result);
    emit({0, JobEvent::Type::state, state_, {}, std::move(message)});
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

JobSummary Job::summary() const {
    JobSummary out{id_, request_.kind, state(), created_, seconds(), {}, {}, title_of(request_)};
    if (const auto* r = result()) {
        if (*r)
            out.success = succeeded(**r);
        else
            out.error = r->error().text();
    }
    return out;
}

std::vector<JobEvent> Job::events() const {
    std::lock_guard lock(events_mutex_);
    return {events_.begin(), events_.end()};
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

} // namespace rustcoder::server
