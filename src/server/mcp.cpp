#include "server/mcp.h"

#include "base/log.h"
#include "server/mcp_sampling.h"
#include "server/server.h"
#include "server/tool_run.h"

#include <algorithm>
#include <array>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr std::string_view meta_revision = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view meta_capabilities = "io.modelcontextprotocol/clientCapabilities";
constexpr std::string_view meta_server = "io.modelcontextprotocol/serverInfo";
constexpr std::array<std::string_view, 4> legacy_revisions = {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"};
constexpr int list_ttl_ms = 3'600'000; // the tools do not change while the program runs

json::object server_info() {
    return {{"name", "rustcoder"}, {"title", "Rust Coder"}, {"version", version}};
}

json::object capabilities() {
    json::object tools;
    tools["listChanged"] = false;
    json::object out;
    out["tools"] = std::move(tools);
    out["logging"] = json::object();
    return out;
}

bool known_level(std::string_view level) {
    constexpr std::array<std::string_view, 8> levels = {"debug", "info",     "notice", "warning",
                                                        "error", "critical", "alert",  "emergency"};
    return std::ranges::find(levels, level) != levels.end();
}

} // namespace

bool legacy_revision(std::string_view revision) {
    return std::ranges::find(legacy_revisions, revision) != legacy_revisions.end();
}

namespace rpc {

json::object result(const json::value& id, json::object result) {
    json::object out;
    out["jsonrpc"] = "2.0";
    out["id"] = id;
    out["result"] = std::move(result);
    return out;
}

json::object error(const json::value& id, int code, std::string_view message, json::value data) {
    json::object inner;
    inner["code"] = code;
    inner["message"] = message;
    if (!data.is_null())
        inner["data"] = std::move(data);
    json::object out;
    out["jsonrpc"] = "2.0";
    out["id"] = id;
    out["error"] = std::move(inner);
    return out;
}

} // namespace rpc

std::string_view Message::revision() const {
    const auto* m = meta();
    return m ? base::get_string(*m, meta_revision) : std::string_view();
}

Message classify(const json::value& value) {
    Message out;
    const auto* o = value.if_object();
    if (!o) {
        out.problem = "A message must be a JSON object";
        return out;
    }
    const auto* id = o->if_contains("id");
    const bool good_id = id && (id->is_string() || id->is_int64() || id->is_uint64());
    if (good_id)
        out.id = *id;
    if (base::get_string(*o, "jsonrpc") != "2.0") {
        out.problem = "\"jsonrpc\" must be \"2.0\"";
        return out;
    }
    const auto* method = o->if_contains("method");
    if (!method) {
        if (o->contains("result") || o->contains("error"))
            out.kind = Message::Kind::response, out.body = *o;
        else
            out.problem = "\"method\" is missing";
        return out;
    }
    if (!method->is_string() || (id && !good_id)) {
        out.problem = method->is_string() ? "\"id\" must be a string or an integer" : "\"method\" must be a string";
        return out;
    }
    out.method.assign(method->get_string().data(), method->get_string().size());
    if (const auto* params = o->if_contains("params")) {
        if (!params->is_object()) {
            out.problem = "\"params\" must be an object";
            return out;
        }
        out.params = params->get_object();
    }
    out.kind = id ? Message::Kind::request : Message::Kind::notification;
    return out;
}

void McpConversation::handle(const Message& m, const std::shared_ptr<McpReply>& reply) {
    try {
        switch (m.kind) {
        case Message::Kind::response:
            if (const auto asked = client_model())
                asked->answered(m); // an answer that comes too late is nobody's
            return;
        case Message::Kind::invalid:
            return reply->finish(rpc::error(m.id, rpc::invalid_request, m.problem), 400);
        case Message::Kind::notification:
            if (m.method == "notifications/cancelled")
                cancelled(m);
            return;
        case Message::Kind::request:
            break;
        }
        if (!m.revision().empty())
            stateless(m, reply);
        else
            request(m, reply);
    } catch (const std::exception& e) {
        base::log_error(fmt::format("mcp {}: {}", m.method, e.what()));
        if (m.kind == Message::Kind::request)
            reply->finish(rpc::error(m.id, rpc::internal_error, "The server failed on this request"), 500);
    }
}

void McpConversation::request(const Message& m, const std::shared_ptr<McpReply>& reply) {
    if (m.method == "initialize")
        return reply->finish(rpc::result(m.id, initialize(m)));
    if (m.method == "ping")
        return reply->finish(rpc::result(m.id, {}));
    if (m.method == "tools/list") {
        json::object result;
        result["tools"] = tool_list();
        return reply->finish(rpc::result(m.id, std::move(result)));
    }
    if (m.method == "tools/call")
        return call_tool(m, reply, false);
    if (m.method == "logging/setLevel") {
        if (!known_level(base::get_string(m.params, "level")))
            return reply->finish(rpc::error(m.id, rpc::invalid_params, "Unknown log level"));
        return reply->finish(rpc::result(m.id, {}));
    }
    if (m.method == "server/discover") // the one stateless method that makes sense before a version is agreed on
        return reply->finish(
            rpc::error(m.id, rpc::invalid_params, fmt::format("_meta[\"{}\"] is missing", meta_revision)), 400);
    reply->finish(rpc::error(m.id, rpc::method_not_found, "Unknown method: " + m.method), 404);
}

void McpConversation::stateless(const Message& m, const std::shared_ptr<McpReply>& reply) {
    if (m.revision() != modern_revision) {
        json::object data;
        data["supported"] = json::array{json::value(modern_revision)};
        data["requested"] = m.revision();
        return reply->finish(
            rpc::error(m.id, rpc::unsupported_revision, "Unsupported protocol version", std::move(data)), 400);
    }
    if (!base::get_object(*m.meta(), meta_capabilities))
        return reply->finish(
            rpc::error(m.id, rpc::invalid_params, fmt::format("_meta[\"{}\"] is missing", meta_capabilities)), 400);
    if (m.method == "tools/call")
        return call_tool(m, reply, true);
    json::object result;
    if (m.method == "server/discover") {
        json::array supported;
        supported.emplace_back(modern_revision);
        result["supportedVersions"] = std::move(supported);
        json::object tools;
        json::object all;
        all["tools"] = std::move(tools);
        result["capabilities"] = std::move(all);
        result["serverInfo"] = server_info();
        result["instructions"] = instructions();
    } else if (m.method == "tools/list") {
        result["tools"] = tool_list();
    } else {
        return reply->finish(rpc::error(m.id, rpc::method_not_found, "Unknown method: " + m.method), 404);
    }
    result["resultType"] = "complete";
    result["ttlMs"] = list_ttl_ms;
    result["cacheScope"] = "public";
    json::object meta;
    meta[meta_server] = server_info();
    result["_meta"] = std::move(meta);
    reply->finish(rpc::result(m.id, std::move(result)));
}

json::object McpConversation::initialize(const Message& m) {
    const auto wanted = base::get_string(m.params, "protocolVersion");
    const std::string agreed(legacy_revision(wanted) ? wanted : latest_legacy);
    {
        std::lock_guard lock(mutex_);
        revision_ = agreed;
        const auto* offers = base::get_object(m.params, "capabilities");
        client_model_ = offers && base::get_object(*offers, "sampling") ? std::make_shared<ClientModel>() : nullptr;
    }
    json::object result;
    result["protocolVersion"] = agreed;
    result["capabilities"] = capabilities();
    result["serverInfo"] = server_info();
    result["instructions"] = instructions();
    return result;
}

void McpConversation::call_tool(const Message& m, const std::shared_ptr<McpReply>& reply, bool modern) {
    const auto name = base::get_string(m.params, "name");
    const auto tool = find_tool(name);
    if (!tool)
        return reply->finish(rpc::error(m.id, rpc::invalid_params, fmt::format("Unknown tool: \"{}\"", name)));
    static const json::object none;
    const auto* arguments = base::get_object(m.params, "arguments");
    const auto* raw = m.params.if_contains("arguments");
    if (raw && !raw->is_null() && !arguments)
        return reply->finish(rpc::error(m.id, rpc::invalid_params, "\"arguments\" must be an object"));
    ToolRun::Parts parts{weak_from_this(), services_, reply, m.id, nullptr, {}, modern, *tool != Tool::job_result};
    if (const auto* meta = m.meta())
        if (const auto* token = meta->if_contains("progressToken"); token && (token->is_string() || token->is_number()))
            parts.progress_token = *token;
    auto start = read_arguments(*tool, arguments ? *arguments : none, services_);
    if (start)
        parts.wait = start->wait;
    const auto run = std::make_shared<ToolRun>(std::move(parts));
    {
        std::lock_guard lock(mutex_);
        if (!running_.emplace(run->key(), run).second)
            return reply->finish(rpc::error(m.id, rpc::invalid_request, "A request with this id is still running"));
    }
    if (!start)
        return run->respond(tool_error(start.error()));
    if (start->question)
        return run->ask(std::move(start->question));
    if (*tool != Tool::job_result) {
        if (const auto asked = modern || !reply->can_ask() ? nullptr : client_model())
            start->request.chat = asked->model_for(reply);
        return run->start(std::move(start->request));
    }
    if (const auto job = services_.jobs.find(start->job_id))
        run->follow(job);
    else
        run->respond(tool_error("There is no job \"" + start->job_id +
                                "\". Finished jobs are kept for an hour; call the tool that started it again."));
}

void McpConversation::cancelled(const Message& m) {
    const auto* id = m.params.if_contains("requestId");
    if (!id)
        return;
    std::shared_ptr<ToolRun> run;
    {
        std::lock_guard lock(mutex_);
        if (const auto it = running_.find(base::dump(*id)); it != running_.end())
            run = it->second;
    }
    if (run) // else it is finished: clients send this after every call
        run->cancel();
}

void McpConversation::ended(const std::string& key, const ToolRun* run) {
    std::shared_ptr<ToolRun> dropped; // destroyed after the lock
    std::lock_guard lock(mutex_);
    if (const auto it = running_.find(key); it != running_.end() && it->second.get() == run) {
        dropped = std::move(it->second);
        running_.erase(it);
    }
}

std::size_t McpConversation::active() const {
    std::lock_guard lock(mutex_);
    return running_.size();
}

void McpConversation::cancel_all() {
    std::vector<std::shared_ptr<ToolRun>> all;
    {
        std::lock_guard lock(mutex_);
        for (const auto& [key, run] : running_)
            all.push_back(run);
    }
    for (const auto& run : all)
        run->cancel();
}

McpConversation::~McpConversation() {
    if (client_model_)
        client_model_->close();
}

std::shared_ptr<ClientModel> McpConversation::client_model() const {
    std::lock_guard lock(mutex_);
    return client_model_;
}

std::string McpConversation::revision() const {
    std::lock_guard lock(mutex_);
    return revision_;
}

} // namespace rustcoder::server
