#include "mcp/conversation.h"

#include "base/log.h"
#include "mcp/running_call.h"
#include "mcp/subscriptions.h"

#include <fmt/core.h>

namespace rustcoder::mcp {

namespace {
constexpr int info_level = 1;
constexpr std::size_t most_resources = 10'000; // that one legacy client may subscribe to
} // namespace

Conversation::Conversation(std::shared_ptr<Server> server, std::string principal)
    : server_(std::move(server)), principal_(std::move(principal)), level_(info_level) {}

Conversation::~Conversation() {
    server_->subscriptions().remove_all(this);
}

void Conversation::set_outlet(std::shared_ptr<Sink> outlet) {
    std::lock_guard lock(mutex_);
    outlet_ = std::move(outlet);
}

std::string Conversation::revision() const {
    std::lock_guard lock(mutex_);
    return revision_;
}

int Conversation::log_rank_wanted() const {
    std::lock_guard lock(mutex_);
    return level_;
}

std::size_t Conversation::active() const {
    std::lock_guard lock(mutex_);
    return running_.size();
}

void Conversation::handle(Message m, const std::shared_ptr<Reply>& reply) {
    const auto kind = m.kind;
    const auto id = m.id;
    try {
        switch (kind) {
        case Message::Kind::response:
            return answered(m);
        case Message::Kind::invalid:
            return reply->finish(rpc::error(m.id, rpc::invalid_request, m.problem), 400);
        case Message::Kind::notification:
            if (m.method == "notifications/cancelled")
                cancelled(m);
            return;
        case Message::Kind::request:
            break;
        }
        if (m.revision().empty())
            legacy(m, reply);
        else
            modern(m, reply);
    } catch (const std::exception& e) { // the rim: lists and catalogs of handlers, memory
        base::log_error(fmt::format("mcp {}: {}", m.method, e.what()));
        if (kind == Message::Kind::request)
            reply->finish(rpc::error(id, rpc::internal_error, "The server failed on this request"), 500);
    }
}

// --- the two eras

Caller Conversation::caller_of(const Message& m) const {
    Caller out;
    out.principal = principal_;
    if (!m.revision().empty()) {
        out.revision = m.revision();
        if (const auto* capabilities = base::get_object(*m.meta(), mcp::meta::client_capabilities))
            out.capabilities = *capabilities;
        if (const auto* info = base::get_object(*m.meta(), mcp::meta::client_info))
            out.info = *info;
        return out;
    }
    std::lock_guard lock(mutex_);
    out.revision = revision_.empty() ? std::string(latest_legacy) : revision_;
    out.capabilities = client_capabilities_;
    out.info = client_info_;
    return out;
}

json::object Conversation::initialize(const Message& m) {
    const auto wanted = base::get_string(m.params, "protocolVersion");
    const std::string agreed(legacy_revision(wanted) ? wanted : latest_legacy);
    {
        std::lock_guard lock(mutex_);
        revision_ = agreed;
        if (const auto* capabilities = base::get_object(m.params, "capabilities"))
            client_capabilities_ = *capabilities;
        if (const auto* info = base::get_object(m.params, "clientInfo"))
            client_info_ = *info;
    }
    server_->subscriptions().add_legacy(shared_from_this());
    json::object result;
    result["protocolVersion"] = agreed;
    result["capabilities"] = server_->capabilities(true);
    if (agreed != latest_legacy)
        result["capabilities"].get_object().erase("tasks");
    result["serverInfo"] = server_->info();
    if (!server_->options().instructions.empty())
        result["instructions"] = server_->options().instructions;
    return result;
}

void Conversation::legacy(Message& m, const std::shared_ptr<Reply>& reply) {
    if (m.method == "initialize")
        return reply->finish(rpc::result(m.id, initialize(m)));
    if (m.method == "ping")
        return reply->finish(rpc::result(m.id, {}));
    if (m.method == "logging/setLevel") {
        const int rank = log_rank(base::get_string(m.params, "level"));
        if (rank < 0)
            return reply->finish(rpc::error(m.id, rpc::invalid_params, "Unknown log level"));
        std::lock_guard lock(mutex_);
        level_ = rank;
        return reply->finish(rpc::result(m.id, {}));
    }
    if (m.method == "server/discover") // the one stateless method that makes sense before a revision is agreed on
        return reply->finish(
            rpc::error(m.id, rpc::invalid_params, fmt::format("_meta[\"{}\"] is missing", meta::revision)), 400);
    const auto caller = caller_of(m);
    if (list(m, caller, reply) || subscribe(m, reply) || legacy_tasks(m, caller, reply) || start(m, caller, reply))
        return;
    reply->finish(rpc::error(m.id, rpc::method_not_found, "Unknown method: " + m.method), 404);
}

bool Conversation::check_modern(const Message& m, const std::shared_ptr<Reply>& reply) const {
    if (m.revision() != modern_revision) {
        json::object data;
        data["supported"] = json::array{json::value(modern_revision)};
        data["requested"] = m.revision();
        reply->finish(rpc::error(m.id, rpc::unsupported_revision, "Unsupported protocol version", std::move(data)),
                      400);
        return false;
    }
    if (base::get_object(*m.meta(), mcp::meta::client_capabilities))
        return true;
    reply->finish(
        rpc::error(m.id, rpc::invalid_params, fmt::format("_meta[\"{}\"] is missing", meta::client_capabilities)), 400);
    return false;
}

json::object Conversation::dressed(json::object result, bool cacheable) const {
    if (!result.contains("resultType"))
        result["resultType"] = "complete";
    if (cacheable) { // lists and discovery; a resource says more by itself
        const bool list = !result.contains("contents");
        if (!result.contains("ttlMs"))
            result["ttlMs"] = (list ? server_->options().list_ttl : server_->options().read_ttl).count();
        result["cacheScope"] = list && server_->options().public_lists ? "public" : "private";
    }
    auto& extra = result["_meta"];
    if (!extra.is_object())
        extra = json::object();
    extra.get_object()[meta::server_info] = server_->info();
    return result;
}

void Conversation::modern(Message& m, const std::shared_ptr<Reply>& reply) {
    if (!check_modern(m, reply))
        return;
    const auto caller = caller_of(m);
    if (m.method == "server/discover") {
        json::object result;
        result["supportedVersions"] = json::array{json::value(modern_revision)};
        result["capabilities"] = server_->capabilities(false);
        if (!server_->options().instructions.empty())
            result["instructions"] = server_->options().instructions;
        return reply->finish(rpc::result(m.id, dressed(std::move(result), true)));
    }
    if (list(m, caller, reply) || modern_tasks(m, caller, reply) || listen(m, caller, reply) || start(m, caller, reply))
        return;
    reply->finish(rpc::error(m.id, rpc::method_not_found, "Unknown method: " + m.method), 404);
}

// --- resources/subscribe, subscriptions/listen

bool Conversation::subscribe(const Message& m, const std::shared_ptr<Reply>& reply) {
    const bool off = m.method == "resources/unsubscribe";
    if ((m.method != "resources/subscribe" && !off) || !server_->handlers().offers().subscribe)
        return false;
    const std::string uri(base::get_string(m.params, "uri"));
    if (uri.empty()) {
        reply->finish(rpc::error(m.id, rpc::invalid_params, "\"uri\" is missing"));
        return true;
    }
    {
        std::lock_guard lock(mutex_);
        if (off)
            subscribed_.erase(uri);
        else if (subscribed_.size() < most_resources)
            subscribed_.insert(uri);
    }
    reply->finish(rpc::result(m.id, {}));
    return true;
}

bool Conversation::listen(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply) {
    const auto offers = server_->handlers().offers();
    if (m.method != "subscriptions/listen" || !(offers.list_changed || offers.subscribe || offers.tasks))
        return false;
    const auto* wanted = base::get_object(m.params, "notifications");
    if (!wanted) {
        reply->finish(rpc::error(m.id, rpc::invalid_params, "\"notifications\" is missing"), 400);
        return true;
    }
    Subscriptions::Filter filter;
    filter.tools = offers.tools && offers.list_changed && base::get_bool(*wanted, "toolsListChanged");
    filter.prompts = offers.prompts && offers.list_changed && base::get_bool(*wanted, "promptsListChanged");
    filter.resources = offers.resources && offers.list_changed && base::get_bool(*wanted, "resourcesListChanged");
    const auto strings = [&](const char* key, std::set<std::string, std::less<>>& into) {
        if (const auto* all = base::get_array(*wanted, key))
            for (const auto& s : *all)
                if (s.is_string() && into.size() < most_resources)
                    into.emplace(s.get_string());
    };
    if (offers.subscribe)
        strings("resourceSubscriptions", filter.uris);
    if (const auto* ids = base::get_array(*wanted, "taskIds"); ids && !ids->empty()) {
        if (!caller.knows_extension(tasks_extension)) {
            reply->finish(missing_tasks_error(m.id), 400);
            return true;
        }
        strings("taskIds", filter.tasks);
        std::erase_if(filter.tasks, [&](const std::string& id) {
            return !server_->tasks().show(id, principal_, TaskStore::View::handle);
        });
    }
    if (!server_->subscriptions().add({shared_from_this(), m.id, principal_, std::move(filter), reply}))
        reply->finish(rpc::error(m.id, rpc::internal_error, "Too many clients listen"), 503);
    return true;
}

void Conversation::announce(std::string_view method, const json::object& params, std::string_view uri) {
    std::shared_ptr<Sink> outlet;
    {
        std::lock_guard lock(mutex_);
        if (uri.empty() || subscribed_.contains(uri))
            outlet = outlet_;
    }
    if (outlet)
        outlet->send(rpc::notification(method, params));
}

// --- towards the client

void Conversation::tell(const std::shared_ptr<Reply>& way, const json::object& message) const {
    if (way && way->streams())
        return way->send(message);
    std::shared_ptr<Sink> outlet;
    {
        std::lock_guard lock(mutex_);
        outlet = outlet_;
    }
    if (outlet)
        outlet->send(message);
}

std::int64_t Conversation::request_client(const std::shared_ptr<Reply>& way, std::string_view method,
                                          json::object params, Answer answer) {
    std::int64_t id = 0;
    {
        std::lock_guard lock(mutex_);
        id = next_ask_++;
        asked_.emplace(id, std::move(answer));
    }
    tell(way, rpc::request(id, method, std::move(params)));
    return id;
}

void Conversation::withdraw(const std::shared_ptr<Reply>& way, std::int64_t id) {
    Answer dropped;
    {
        std::lock_guard lock(mutex_);
        const auto it = asked_.find(id);
        if (it == asked_.end())
            return;
        dropped = std::move(it->second);
        asked_.erase(it);
    }
    json::object params;
    params["requestId"] = id;
    tell(way, rpc::notification("notifications/cancelled", std::move(params)));
}

void Conversation::answered(const Message& m) {
    Answer answer;
    {
        std::lock_guard lock(mutex_);
        const auto it = m.id.is_int64() ? asked_.find(m.id.get_int64()) : asked_.end();
        if (it == asked_.end()) // nobody asked, or does not wait any more
            return;
        answer = std::move(it->second);
        asked_.erase(it);
    }
    answer(m);
}

void Conversation::cancelled(const Message& m) {
    const auto* id = m.params.if_contains("requestId");
    if (!id)
        return;
    const auto key = base::dump(*id);
    std::shared_ptr<RunningCall> call;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = running_.find(key); it != running_.end())
            call = it->second.lock();
    }
    if (call)
        return call->cancel_request();
    server_->subscriptions().remove(this, key); // or it is finished: clients send this after every call
}

void Conversation::cancel_all() {
    std::vector<std::shared_ptr<RunningCall>> all;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, weak] : running_)
            if (auto call = weak.lock())
                all.push_back(std::move(call));
    }
    for (const auto& call : all)
        call->cancel_request();
    server_->subscriptions().remove_all(this);
}

void Conversation::ended(const std::string& key, const RunningCall* call) {
    std::shared_ptr<RunningCall> found; // dropped after the lock
    std::lock_guard lock(mutex_);
    const auto it = running_.find(key);
    if (it == running_.end())
        return;
    found = it->second.lock();
    if (!found || found.get() == call)
        running_.erase(it);
}

} // namespace rustcoder::mcp
