// Who listens to what: streams of subscriptions/listen (modern) and initialized sessions (legacy). Private.
// Thread-safe.
#pragma once

#include "mcp/conversation.h"

namespace rustcoder::mcp {

class Subscriptions {
public:
    explicit Subscriptions(std::size_t most) : most_(most) {}

    struct Filter {
        bool tools = false, prompts = false, resources = false;
        std::set<std::string, std::less<>> uris, tasks;
        json::object to_json() const; // as the acknowledgement shows it
    };
    struct Listener {
        std::shared_ptr<Conversation> conversation;
        json::value id;
        std::string principal;
        Filter filter;
        std::shared_ptr<Reply> reply;
    };
    /// Acknowledges and keeps it. False when there are too many.
    bool add(Listener listener);
    /// False when there is none. `key`: the dumped id.
    bool remove(const Conversation* conversation, const std::string& key);
    void remove_all(const Conversation* conversation);
    void add_legacy(const std::shared_ptr<Conversation>& conversation);

    enum class List { tools, prompts, resources };
    void list_changed(List list);
    void resource_updated(std::string_view uri);
    void task_changed(const std::string& id, const std::string& principal, const json::object& task);
    std::size_t size() const;
    /// Answers all listeners and ends their streams.
    void shutdown();

private:
    void deliver(const Listener& listener, std::string_view method, json::object params) const;
    std::vector<std::shared_ptr<Conversation>> legacy();

    const std::size_t most_;
    mutable std::mutex mutex_;
    std::map<std::pair<const Conversation*, std::string>, Listener> listeners_;
    std::map<const Conversation*, std::weak_ptr<Conversation>> legacy_;
    bool stopped_ = false;
};

} // namespace rustcoder::mcp
