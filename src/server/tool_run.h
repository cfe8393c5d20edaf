// One tools/call on its way: progress, heartbeat, the time it may wait, cancellation. Private to the MCP faces.
#pragma once

#include "server/mcp.h"

namespace rustcoder::server {

class ToolRun : public std::enable_shared_from_this<ToolRun> {
public:
    struct Parts {
        std::weak_ptr<McpConversation> conversation;
        McpServices services;
        std::shared_ptr<McpReply> reply;
        base::json::value id, progress_token; // token null = none wanted
        std::chrono::milliseconds wait;
        bool modern = false, owns_job = true; // job_result only looks at another call's job
    };
    explicit ToolRun(Parts parts) : p_(std::move(parts)), key_(base::dump(p_.id)) {}
    const std::string& key() const { return key_; }
    /// Submits and follows; job_result follows only.
    void start(JobRequest request);
    void follow(const std::shared_ptr<Job>& job);
    /// Answers from the desk.
    void ask(Question question);
    /// By the client: no response follows.
    void cancel();
    void respond(base::json::object result);

private:
    void event(const Job& job, const JobEvent& e);
    void progress(std::string_view message); // under mutex_
    void beat();
    void plan_beat();
    void waited_long_enough();
    bool end(); // true for the one who ends it

    const Parts p_;
    const std::string key_;
    std::mutex mutex_; // order of what goes out; never held while calling into the job
    std::shared_ptr<Job> job_;
    std::uint64_t listener_ = 0;
    std::int64_t steps_ = 0;
    std::string last_message_ = "started";
    std::chrono::steady_clock::time_point last_progress_{};
    Timers::Id beat_timer_ = 0, wait_timer_ = 0;
    bool ended_ = false;
    std::stop_source stop_; // of a question
};

} // namespace rustcoder::server
