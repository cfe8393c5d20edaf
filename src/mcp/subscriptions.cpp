#include "mcp/subscriptions.h"

namespace rustcoder::mcp {

namespace {

constexpr std::string_view list_methods[] = {"notifications/tools/list_changed", "notifications/prompts/list_changed",
                                             "notifications/resources/list_changed"};

json::array strings(const std::set<std::string, std::less<>>& all) {
    json::array out;
    for (const auto& s : all)
        out.emplace_back(s);
    return out;
}

} // namespace

json::object Subscriptions::Filter::to_json() const {
    json::object out;
    if (tools)
        out["toolsListChanged"] = true;
    if (prompts)
        out["promptsListChanged"] = true;
    if (resources)
        out["resourcesListChanged"] = true;
    if (!uris.empty())
        out["resourceSubscriptions"] = strings(uris);
    if (!tasks.empty())
        out["taskIds"] = strings(tasks);
    return out;
}

void Subscriptions::deliver(const Listener& listener, std::string_view method, json::object params) const {
    json::object tag;
    tag[meta::subscription] = listener.id;
    params["_meta"] = std::move(tag);
    listener.reply->send(rpc::notification(method, std::move(params)));
}

bool Subscriptions::add(Listener listener) {
    auto key = std::pair{static_cast<const Conversation*>(listener.conversation.get()), base::dump(listener.id)};
    json::object params;
    params["notifications"] = listener.filter.to_json();
    std::lock_guard lock(mutex_); // the acknowledgement goes out before anything else can
    if (stopped_ || listeners_.size() >= most_ || listeners_.contains(key))
        return false;
    deliver(listener, "notifications/subscriptions/acknowledged", std::move(params));
    listeners_.emplace(std::move(key), std::move(listener));
    return true;
}

bool Subscriptions::remove(const Conversation* conversation, const std::string& key) {
    std::optional<Listener> gone; // dropped after the lock
    {
        std::lock_guard lock(mutex_);
        const auto it = listeners_.find({conversation, key});
        if (it == listeners_.end())
            return false;
        gone = std::move(it->second);
        listeners_.erase(it);
    }
    gone->reply->drop();
    return true;
}

void Subscriptions::remove_all(const Conversation* conversation) {
    std::vector<Listener> gone;
    {
        std::lock_guard lock(mutex_);
        for (auto it = listeners_.lower_bound({conversation, ""});
             it != listeners_.end() && it->first.first == conversation; it = listeners_.erase(it))
            gone.push_back(std::move(it->second));
        legacy_.erase(conversation);
    }
    for (const auto& listener : gone)
        listener.reply->drop();
}

void Subscriptions::add_legacy(const std::shared_ptr<Conversation>& conversation) {
    std::lock_guard lock(mutex_);
    legacy_[conversation.get()] = conversation;
}

std::vector<std::shared_ptr<Conversation>> Subscriptions::legacy() {
    std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Conversation>> out;
    for (const auto& [key, weak] : legacy_)
        if (auto conversation = weak.lock())
            out.push_back(std::move(conversation));
    return out;
}

void Subscriptions::list_changed(List list) {
    const auto method = list_methods[static_cast<int>(list)];
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, l] : listeners_)
            if ((list == List::tools && l.filter.tools) || (list == List::prompts && l.filter.prompts) ||
                (list == List::resources && l.filter.resources))
                deliver(l, method, {});
    }
    for (const auto& conversation : legacy())
        conversation->announce(method, {});
}

void Subscriptions::resource_updated(std::string_view uri) {
    constexpr std::string_view method = "notifications/resources/updated";
    json::object params;
    params["uri"] = uri;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, l] : listeners_)
            if (l.filter.uris.contains(uri))
                deliver(l, method, params);
    }
    for (const auto& conversation : legacy())
        conversation->announce(method, params, uri);
}

void Subscriptions::task_changed(const std::string& id, const std::string& principal, const json::object& task) {
    std::lock_guard lock(mutex_);
    for (const auto& [key, l] : listeners_)
        if (l.principal == principal && l.filter.tasks.contains(id))
            deliver(l, "notifications/tasks", task);
}

std::size_t Subscriptions::size() const {
    std::lock_guard lock(mutex_);
    return listeners_.size();
}

void Subscriptions::shutdown() {
    std::map<std::pair<const Conversation*, std::string>, Listener> all;
    {
        std::lock_guard lock(mutex_);
        stopped_ = true;
        all.swap(listeners_);
        legacy_.clear();
    }
    for (const auto& [key, l] : all) {
        if (l.reply->shared()) {
            json::object params;
            params["requestId"] = l.id;
            l.reply->send(rpc::notification("notifications/cancelled", std::move(params)));
            continue;
        }
        json::object tag, result;
        tag[meta::subscription] = l.id;
        result["resultType"] = "complete";
        result["_meta"] = std::move(tag);
        l.reply->finish(rpc::result(l.id, std::move(result)));
    }
}

} // namespace rustcoder::mcp
