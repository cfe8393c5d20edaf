// A Model Context Protocol server without a transport: what it offers, its tasks, its subscriptions. Transports
// (mcp/stdio.h, mcp/http.h) open a Conversation for each client. Thread-safe.
#pragma once

#include "mcp/registry.h"
#include "mcp/timers.h"

namespace rustcoder::mcp {

struct ServerOptions {
    std::string name, title, version;
    std::string instructions;                   // for the model; empty = none
    std::chrono::milliseconds heartbeat{8'000}; // of progress; clients time out on 60 s of silence
    std::chrono::milliseconds progress_gap{8};  // from the last progress to the result: some clients lose it otherwise
    std::size_t page_size = 1'000;              // of lists; what is longer comes with a cursor
    std::chrono::milliseconds list_ttl{60'000}; // how long clients may keep lists and discovery
    bool public_lists = true;                   // the same for everybody: shared caches may keep them
    std::chrono::milliseconds read_ttl{0};      // and resources, always private
    std::chrono::milliseconds task_ttl{3'600'000};  // how long a finished task can be asked for
    std::chrono::milliseconds poll_interval{1'000}; // what clients of tasks are told
    std::size_t max_tasks = 4096;                   // more are refused: calls wait instead
    std::chrono::milliseconds state_ttl{600'000};   // a round of ask() must be answered in that time (modern)
    std::string state_key;                          // seals request states; empty = random for this process
    std::size_t max_calls = 1024;                   // running at once in one conversation
    std::size_t max_subscriptions = 4096;           // streams that listen at once (modern)
};

class Conversation;
class Subscriptions;
class TaskStore;
class StateSeal;

class Server : public std::enable_shared_from_this<Server> {
public:
    static std::shared_ptr<Server> create(ServerOptions options, std::shared_ptr<Handlers> handlers);
    ~Server();
    /// The client of one stdio process, one legacy session, or one stateless request.
    std::shared_ptr<Conversation> open(std::string principal = {});

    /// Tells who listens.
    void tools_changed();
    void prompts_changed();
    void resources_changed();
    void resource_updated(std::string_view uri);

    /// Ends subscriptions with their result, cancels tasks and stops the timers. Idempotent.
    void shutdown();

    // For the rest of mcp/.
    const ServerOptions& options() const { return options_; }
    Handlers& handlers() const { return *handlers_; }
    Timers& timers() { return timers_; }
    TaskStore& tasks() { return *tasks_; }
    Subscriptions& subscriptions() { return *subscriptions_; }
    const StateSeal& seal() const { return *seal_; }
    json::object info() const;
    /// `legacy`: as initialize shows them.
    json::object capabilities(bool legacy) const;

private:
    Server(ServerOptions options, std::shared_ptr<Handlers> handlers);

    const ServerOptions options_;
    const std::shared_ptr<Handlers> handlers_;
    Timers timers_;
    std::unique_ptr<StateSeal> seal_;
    std::unique_ptr<Subscriptions> subscriptions_;
    std::unique_ptr<TaskStore> tasks_;
};

} // namespace rustcoder::mcp
