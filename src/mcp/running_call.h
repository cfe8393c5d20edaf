// A Call at work: progress and heartbeat, questions to the client in three ways, promotion to a task, cancellation.
// Private. Thread-safe; what goes out is ordered by its mutex, which is never held while a handler or a store is
// called.
#pragma once

#include "mcp/conversation.h"
#include "mcp/tasks.h"

namespace rustcoder::mcp {

/// What a request is about.
struct CallSubject {
    using Entry = void (Handlers::*)(const CallPtr&);
    std::string name;
    json::object arguments;
    std::shared_ptr<const Catalog> catalog; // keeps `tool`
    const Tool* tool = nullptr;
    Entry handler = nullptr;
    bool may_ask = true;
};

/// -32021 that names the tasks extension.
json::object missing_tasks_error(const json::value& id);

class RunningCall final : public Call, public TaskOwner, public std::enable_shared_from_this<RunningCall> {
public:
    struct Parts {
        std::shared_ptr<Conversation> conversation;
        std::shared_ptr<Reply> reply;
        Caller caller;
        std::string method;
        json::value id, progress_token; // token null = none wanted
        CallSubject subject;
        json::object answers; // of this round and earlier ones (modern)
        json::value state;
        int log_rank = -1; // least that is sent; -1 = nothing (modern without logLevel)
    };
    explicit RunningCall(Parts parts);
    ~RunningCall() override;
    const std::string& key() const { return key_; }
    /// After construction: heartbeats, and the time after which it becomes a task.
    void begin();
    /// By the client, or because it left: no response follows. Nothing when it is a task by now.
    void cancel_request();
    /// Before it began: answers without being counted.
    void refuse(int code, std::string_view why);
    /// 2025-11-25: the client wants a task; `ttl` as it asks.
    bool begin_legacy_task(std::optional<std::chrono::milliseconds> ttl);

    const std::string& name() const override { return p_.subject.name; }
    const json::object& arguments() const override { return p_.subject.arguments; }
    void set_arguments(json::object arguments) override { p_.subject.arguments = std::move(arguments); }
    const Caller& caller() const override { return p_.caller; }
    std::stop_token stop_token() const override { return stop_.get_token(); }
    void progress(double value, std::optional<double> total, std::string_view message) override;
    void progress(std::string_view message) override;
    void log(std::string_view level, json::value data, std::string_view logger) override;
    void ask(Asks asks, Answered then) override;
    const json::value& state() const override { return state_; }
    void set_state(json::value state) override { state_ = std::move(state); }
    bool become_task(std::string id) override;
    bool is_task() const override;
    void disconnect() override { p_.reply->disconnect(); }
    void status(std::string_view message) override;
    using Call::fail;
    using Call::finish;
    void finish(json::object result) override;
    void fail(Fault fault) override;

    // TaskOwner
    void answer(const json::object& answers) override;
    void cancel() override;

private:
    struct Pending { // one ask() that waits for the client
        Asks asks;
        Answers answers;
        Answered then;
        std::map<std::string, std::string> shown;     // in a task: key -> name there
        std::map<std::string, std::int64_t> requests; // legacy: key -> id of the request to the client
        Asks missing() const;
        bool complete() const { return answers.size() == asks.size(); }
    };
    using PendingPtr = std::shared_ptr<Pending>;

    Server& server() const { return p_.conversation->server(); }
    bool answerable(const Ask& ask) const;
    void ask_again(const Asks& asks);
    void ask_in_task(const PendingPtr& pending);
    void ask_legacy(const PendingPtr& pending);
    void answered_legacy(const PendingPtr& pending, const std::string& key, const Message& m);
    void resume(const PendingPtr& pending, std::optional<Error> failed);
    void send_progress(double value, std::optional<double> total, std::string_view message); // under mutex_
    void beat();
    void plan_beat(); // under mutex_
    /// For the one who ends it: what it was, else nothing.
    struct Ending {
        std::string task;
        bool late = false; // a progress message went out a moment ago
        std::vector<PendingPtr> pending;
    };
    std::optional<Ending> end();
    void withdraw(const std::vector<PendingPtr>& pending);
    void respond(json::object response, int status, bool late);
    void leave();
    std::string create_task(std::string id, std::optional<std::chrono::milliseconds> ttl); // under mutex_

    Parts p_; // constant once the handler was called
    const std::string key_;
    json::value state_; // of the handler; used by one thread at a time
    json::object used_; // of the answers that came with the request, those that were asked for (modern)
    std::stop_source stop_;
    mutable std::mutex mutex_;
    std::string task_; // id, when it is one
    std::vector<PendingPtr> pending_;
    double last_value_ = 0;
    std::optional<double> last_total_;
    bool said_ = false; // any progress was sent
    std::string last_message_ = "started";
    Timers::Clock::time_point last_progress_{};
    Timers::Id beat_timer_ = 0, task_timer_ = 0;
    bool ended_ = false;
};

} // namespace rustcoder::mcp
