// Calls that were answered by a handle, until their time is over. Private. Thread-safe.
#pragma once

#include "mcp/server.h"

#include <set>

namespace rustcoder::mcp {

/// Who works on a task; called without any lock of the store.
class TaskOwner {
public:
    virtual ~TaskOwner() = default;
    /// The client's answers to what the task asked; others are not passed on.
    virtual void answer(const json::object& answers) = 0;
    virtual void cancel() = 0;
};

class TaskStore {
public:
    using Clock = std::chrono::system_clock;
    explicit TaskStore(Server& server) : server_(server) {}

    struct New {
        std::string id; // empty = random
        std::string principal;
        bool modern = true;
        std::optional<std::chrono::milliseconds> ttl; // none = the server's
        std::weak_ptr<TaskOwner> owner;
    };
    /// Empty when there are too many, or one of that id.
    std::string create(New task);
    void message(const std::string& id, std::string_view text);
    void complete(const std::string& id, json::object result);
    void fail(const std::string& id, Fault fault);
    /// Adds questions; keys are unique over the life of a task, so they may come out with another name: asked -> shown.
    std::map<std::string, std::string> ask(const std::string& id, const Asks& asks);

    // What clients do. Empty or false: there is no such task for this principal.
    enum class View {
        handle,   // CreateTaskResult: no payload
        detailed, // result, error, inputRequests
        legacy    // 2025-11-25: ttl, pollInterval
    };
    std::optional<json::object> show(const std::string& id, std::string_view principal, View view);
    json::object render_kept(const std::string& id, const KeptTask& task) const;
    bool update(const std::string& id, std::string_view principal, const json::object& answers);
    /// `finished`: it was over before.
    bool cancel(const std::string& id, std::string_view principal, bool* finished = nullptr);
    /// `then` gets the result or the fault once it is there (2025-11-25).
    using Outcome = std::function<void(const std::optional<json::object>& result, const std::optional<Fault>& fault)>;
    bool wait(const std::string& id, std::string_view principal, Outcome then);
    std::vector<json::object> list(std::string_view principal);
    std::size_t size() const;
    void shutdown();

private:
    struct Task {
        std::string id, principal, status = "working", message;
        bool modern = true;
        Clock::time_point created = Clock::now(), updated = Clock::now();
        std::chrono::milliseconds ttl{};
        std::optional<json::object> result;
        std::optional<Fault> fault;
        std::map<std::string, Ask> inputs;
        std::set<std::string> used_keys;
        std::weak_ptr<TaskOwner> owner;
        std::vector<Outcome> waiting;
        bool over() const { return status == "completed" || status == "failed" || status == "cancelled"; }
    };
    using TaskPtr = std::shared_ptr<Task>;
    json::object render(const Task& task, View view) const; // under mutex_
    TaskPtr find(const std::string& id, std::string_view principal) const;
    bool settle(const std::string& id, std::string_view status, std::optional<json::object> result,
                std::optional<Fault> fault);
    void changed(const TaskPtr& task);
    void sweep();

    Server& server_;
    mutable std::mutex mutex_;
    std::map<std::string, TaskPtr> tasks_;
    bool sweeping_ = false, stopped_ = false;
};

} // namespace rustcoder::mcp
