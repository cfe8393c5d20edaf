// What a server offers: an interface, and the implementation that most need, a table of definitions with their
// handlers.
#pragma once

#include "mcp/call.h"

#include <atomic>
#include <mutex>

namespace rustcoder::mcp {

/// A state of everything that is listed, rendered once. Immutable.
struct Catalog {
    json::array tools, resources, templates, prompts; // in a fixed order
    std::map<std::string, Tool, std::less<>> tool_by_name;
};

struct Offers {
    bool tools = false, resources = false, prompts = false, completions = false;
    bool subscribe = false;    // resources/subscribe, resourceSubscriptions
    bool list_changed = false; // the lists can change while the program runs
    bool tasks = false;        // some tool may become a task
};

/// A task that the server's own memory does not have (any more), e.g. from before a restart.
struct KeptTask {
    std::string status = "completed", status_message; // completed, failed, cancelled, working
    std::optional<json::object> result;
    std::optional<Fault> fault;
    std::chrono::system_clock::time_point created, updated;
};

/// Thread-safe implementations only. Nothing here may block.
class Handlers {
public:
    virtual ~Handlers() = default;
    virtual Offers offers() const = 0;
    /// May differ between principals, never between connections of one.
    virtual std::shared_ptr<const Catalog> catalog(const Caller& caller) const = 0;
    /// call->name() is in the catalog.
    virtual void call_tool(const CallPtr& call) = 0;
    /// Fails the call with not_found_fault() when there is no such resource.
    virtual void read_resource(const CallPtr& call) = 0;
    virtual void get_prompt(const CallPtr& call) = 0;
    virtual void complete(const CallPtr& call) = 0;
    virtual std::optional<KeptTask> find_task(const Caller&, std::string_view) { return std::nullopt; }
    /// True when it was there and is being stopped.
    virtual bool cancel_task(const Caller&, std::string_view) { return false; }
};

/// -32602 with data.uri, the code of the modern era; legacy revisions get -32002.
Fault not_found_fault(const Caller& caller, std::string_view uri);

/// Thread-safe. Definitions may be added and removed at any time; the Server has to be told (Server::tools_changed).
class Registry final : public Handlers {
public:
    /// A definition of the same name is replaced.
    void add_tool(Tool tool, Handler handler);
    void add_resource(Resource resource, Handler read);
    void add_template(ResourceTemplate resource, Handler read);
    void add_prompt(Prompt prompt, Handler get);
    /// Of the arguments of a prompt (by name) or a template (by URI template).
    void add_completion(std::string reference, Handler complete);
    bool remove_tool(std::string_view name);
    bool remove_prompt(std::string_view name);
    bool remove_resource(std::string_view uri);
    void allow_subscriptions() { subscribe_ = true; }
    void announce_changes() { list_changed_ = true; }

    Offers offers() const override;
    std::shared_ptr<const Catalog> catalog(const Caller& caller) const override;
    void call_tool(const CallPtr& call) override;
    void read_resource(const CallPtr& call) override;
    void get_prompt(const CallPtr& call) override;
    void complete(const CallPtr& call) override;

private:
    template <class T> struct Entry {
        T definition;
        std::shared_ptr<const Handler> handler;
    };
    template <class T> using Table = std::vector<Entry<T>>;

    mutable std::mutex mutex_;
    Table<Tool> tools_;
    Table<Resource> resources_;
    Table<ResourceTemplate> templates_;
    Table<Prompt> prompts_;
    std::map<std::string, std::shared_ptr<const Handler>, std::less<>> completions_;
    std::atomic<bool> subscribe_{false}, list_changed_{false};
    mutable std::shared_ptr<const Catalog> catalog_; // made when first asked for, dropped by every change
};

/// The variables of a URI that fits, or nothing. Values are percent-decoded.
std::optional<json::object> match_template(std::string_view uri_template, std::string_view uri);

} // namespace rustcoder::mcp
