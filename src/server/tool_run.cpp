#include "server/tool_run.h"

#include "base/log.h"
#include "server/front.h"
#include "server/render.h"

#include <fmt/core.h>
#include <thread>

namespace rustcoder::server {

namespace json = base::json;
using std::chrono::milliseconds;

namespace {
constexpr milliseconds quiet{100}; // between two events of the search that say little by themselves
constexpr milliseconds apart{8};   // between the last progress and the result: some clients lose it otherwise
} // namespace

void ToolRun::start(JobRequest request) {
    auto self = shared_from_this();
    auto job = p_.services.jobs.submit(std::move(request), Keep::memory);
    if (!job)
        return respond(tool_error(job.error().text()));
    follow(*job);
}

void ToolRun::ask(Question question) {
    const bool taken = p_.services.desk.post([self = shared_from_this(), question = std::move(question)] {
        {
            std::lock_guard lock(self->mutex_);
            if (self->ended_)
                return;
        }
        json::object result;
        try {
            result = question(self->p_.services.use_cases, self->stop_.get_token());
        } catch (const std::exception& e) { // the rim of a desk thread
            base::log_error(std::string("knowledge tool: ") + e.what());
            result = tool_error("The server failed on this question.");
        }
        if (self->end())
            self->respond(std::move(result));
    });
    if (!taken && end())
        respond(tool_error("Too many questions are waiting for the knowledge base. Try again in a second."));
}

void ToolRun::follow(const std::shared_ptr<Job>& job) {
    auto self = shared_from_this();
    {
        std::lock_guard lock(mutex_);
        job_ = job;
        if (ended_) { // cancelled meanwhile
            if (p_.owns_job)
                p_.services.jobs.cancel(job);
            return;
        }
        wait_timer_ = p_.services.timers.after(p_.wait, [weak = weak_from_this()] {
            if (auto run = weak.lock())
                run->waited_long_enough();
        });
        plan_beat();
    }
    const auto handle = job->listen(0, [self](const Job& j, const JobEvent& e) { self->event(j, e); });
    std::lock_guard lock(mutex_);
    listener_ = handle;
}

void ToolRun::event(const Job& job, const JobEvent& e) {
    {
        std::lock_guard lock(mutex_);
        if (ended_)
            return;
        std::string text = e.phase.empty() ? e.message : fmt::format("{}: {}", e.phase, e.message);
        if (e.checks > 0)
            text += fmt::format(" ({} errors, {} checks)", e.errors, e.checks);
        const auto now = std::chrono::steady_clock::now();
        const bool small = e.phase == "trying" || e.phase == "rejected" || e.phase == "checked";
        last_message_ = text;
        if (!small || now - last_progress_ >= quiet)
            progress(text);
    }
    if (!e.last() || !end())
        return;
    if (!p_.progress_token.is_null())
        std::this_thread::sleep_for(apart);
    respond(tool_result(job));
}

void ToolRun::progress(std::string_view message) {
    if (p_.progress_token.is_null())
        return;
    last_progress_ = std::chrono::steady_clock::now();
    json::object params;
    params["progressToken"] = p_.progress_token;
    params["progress"] = ++steps_;
    params["message"] = clean_utf8(message);
    json::object note;
    note["jsonrpc"] = "2.0";
    note["method"] = "notifications/progress";
    note["params"] = std::move(params);
    p_.reply->notify(note);
}

void ToolRun::plan_beat() {
    if (p_.progress_token.is_null())
        return;
    beat_timer_ = p_.services.timers.after(p_.services.heartbeat, [weak = weak_from_this()] {
        if (auto run = weak.lock())
            run->beat();
    });
}

void ToolRun::beat() {
    std::lock_guard lock(mutex_);
    if (ended_)
        return;
    progress("still working: " + last_message_);
    plan_beat();
}

void ToolRun::waited_long_enough() {
    std::shared_ptr<Job> job;
    std::uint64_t listener = 0;
    {
        std::lock_guard lock(mutex_);
        job = job_;
        listener = listener_;
    }
    if (!end())
        return;
    job->unlisten(listener);
    // Its id is told now, so it has to be there later, whatever happens to this process.
    p_.services.desk.post([&jobs = p_.services.jobs, job] { jobs.keep_on_disk(job); });
    respond(tool_running(*job, p_.wait));
}

void ToolRun::cancel() {
    std::shared_ptr<Job> job;
    std::uint64_t listener = 0;
    {
        std::lock_guard lock(mutex_);
        job = job_;
        listener = listener_;
    }
    if (!end())
        return;
    stop_.request_stop();
    p_.reply->drop();
    if (auto conversation = p_.conversation.lock())
        conversation->ended(key_, this);
    if (!job)
        return;
    if (p_.owns_job)
        p_.services.jobs.cancel(job);
    job->unlisten(listener);
}

bool ToolRun::end() {
    std::lock_guard lock(mutex_);
    if (ended_)
        return false;
    ended_ = true;
    p_.services.timers.cancel(beat_timer_);
    p_.services.timers.cancel(wait_timer_);
    return true;
}

void ToolRun::respond(json::object result) {
    {
        std::lock_guard lock(mutex_);
        ended_ = true;
    }
    if (p_.modern)
        result["resultType"] = "complete";
    p_.reply->finish(rpc::result(p_.id, std::move(result)));
    if (auto conversation = p_.conversation.lock())
        conversation->ended(key_, this);
}

} // namespace rustcoder::server
