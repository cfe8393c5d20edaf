// The part of Conversation that reads requests: lists, calls, tasks.
#include "base/log.h"
#include "mcp/running_call.h"
#include "mcp/state_seal.h"

#include <charconv>
#include <fmt/core.h>

namespace rustcoder::mcp {

namespace {

struct ListKind {
    std::string_view method, member;
    const json::array Catalog::* items;
    bool Offers::* offered;
};
constexpr ListKind list_kinds[] = {
    {"tools/list", "tools", &Catalog::tools, &Offers::tools},
    {"resources/list", "resources", &Catalog::resources, &Offers::resources},
    {"resources/templates/list", "resourceTemplates", &Catalog::templates, &Offers::resources},
    {"prompts/list", "prompts", &Catalog::prompts, &Offers::prompts},
};

/// Cursors are positions; nothing when it is not one of ours.
std::optional<std::size_t> position(const json::object& params, std::size_t size) {
    const auto* cursor = params.if_contains("cursor");
    if (!cursor || cursor->is_null())
        return 0;
    const auto text = base::get_string(params, "cursor");
    std::size_t at = 0;
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), at);
    if (text.empty() || ec != std::errc() || end != text.data() + text.size() || at >= size)
        return std::nullopt;
    return at;
}

json::value progress_token(const Message& m) {
    const auto* meta = m.meta();
    const auto* token = meta ? meta->if_contains("progressToken") : nullptr;
    return token && (token->is_string() || token->is_number()) ? *token : json::value(nullptr);
}

json::object invalid(const Message& m, std::string_view what) {
    return rpc::error(m.id, rpc::invalid_params, what);
}

json::object unknown_task(const Message& m) {
    return invalid(m, "There is no such task; it may have expired");
}

} // namespace

json::object missing_tasks_error(const json::value& id) {
    json::object extensions, required, data;
    extensions[tasks_extension] = json::object();
    required["extensions"] = std::move(extensions);
    data["requiredCapabilities"] = std::move(required);
    return rpc::error(id, rpc::missing_capability, "Missing required client capability: tasks", std::move(data));
}

bool Conversation::list(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply) {
    const auto kind = std::ranges::find(list_kinds, m.method, &ListKind::method);
    if (kind == std::end(list_kinds) || !(server_->handlers().offers().*kind->offered))
        return false;
    const auto catalog = server_->handlers().catalog(caller);
    const auto& all = (*catalog).*kind->items;
    const auto from = position(m.params, all.size());
    if (!from) {
        reply->finish(invalid(m, "\"cursor\" is not one that this server gave"));
        return true;
    }
    const std::size_t size = std::max<std::size_t>(1, server_->options().page_size);
    const auto to = std::min(all.size(), *from + size);
    json::object result;
    if (*from == 0 && to == all.size())
        result[kind->member] = all;
    else
        result[kind->member] = json::array(all.begin() + static_cast<std::ptrdiff_t>(*from),
                                           all.begin() + static_cast<std::ptrdiff_t>(to));
    if (to < all.size())
        result["nextCursor"] = std::to_string(to);
    if (caller.modern())
        result = dressed(std::move(result), true);
    else if (caller.revision == latest_legacy && kind->items == &Catalog::tools)
        for (auto& item : result[kind->member].get_array()) { // where its experimental tasks look for it
            auto& tool = item.get_object();
            const auto it = catalog->tool_by_name.find(base::get_string(tool, "name"));
            if (it == catalog->tool_by_name.end() || it->second.task == TaskSupport::never)
                continue;
            json::object execution;
            execution["taskSupport"] = "optional";
            tool["execution"] = std::move(execution);
        }
    reply->finish(rpc::result(m.id, std::move(result)));
    return true;
}

// --- calls

namespace {

/// What the request is about, or why it is wrong.
std::expected<CallSubject, std::string> read_subject(Message& m, const Handlers& handlers, const Caller& caller) {
    CallSubject out;
    const auto take_arguments = [&]() -> bool {
        auto* given = m.params.if_contains("arguments");
        if (!given || given->is_null())
            return true;
        if (!given->is_object())
            return false;
        out.arguments = std::move(given->get_object());
        return true;
    };
    if (m.method == "resources/read") {
        out.handler = &Handlers::read_resource;
        out.name = base::get_string(m.params, "uri");
        if (out.name.empty())
            return std::unexpected("\"uri\" is missing");
        return out;
    }
    if (m.method == "completion/complete") {
        out.handler = &Handlers::complete;
        out.may_ask = false;
        const auto* ref = base::get_object(m.params, "ref");
        const auto* argument = base::get_object(m.params, "argument");
        if (!ref || !argument)
            return std::unexpected("\"ref\" and \"argument\" are needed");
        out.name = base::get_string(*ref, base::get_string(*ref, "type") == "ref/prompt" ? "name" : "uri");
        out.arguments["argument"] = base::get_string(*argument, "name");
        out.arguments["value"] = base::get_string(*argument, "value");
        if (const auto* context = base::get_object(m.params, "context"))
            out.arguments["context"] = *context;
        return out;
    }
    out.name = base::get_string(m.params, "name");
    if (!take_arguments())
        return std::unexpected("\"arguments\" must be an object");
    if (m.method == "prompts/get") {
        out.handler = &Handlers::get_prompt;
        return out;
    }
    out.handler = &Handlers::call_tool;
    out.catalog = handlers.catalog(caller);
    const auto it = out.catalog->tool_by_name.find(out.name);
    if (it == out.catalog->tool_by_name.end())
        return std::unexpected(fmt::format("Unknown tool: \"{}\"", out.name));
    out.tool = &it->second;
    return out;
}

bool offered(const Offers& offers, std::string_view method) {
    return (method == "tools/call" && offers.tools) || (method == "resources/read" && offers.resources) ||
           (method == "prompts/get" && offers.prompts) || (method == "completion/complete" && offers.completions);
}

/// The answers of this round over those of earlier ones; the text of a refusal when the state is not ours.
std::optional<std::string> read_round(const Message& m, const StateSeal& seal, RunningCall::Parts& parts) {
    const auto* sealed = m.params.if_contains("requestState");
    if (sealed && !sealed->is_null()) {
        if (!sealed->is_string())
            return "\"requestState\" must be a string";
        auto round = seal.open(base::get_string(m.params, "requestState"), parts.caller.principal,
                               request_digest(m.method, parts.subject.name, parts.subject.arguments));
        if (!round)
            return round.error();
        parts.answers = std::move(round->answers);
        parts.state = std::move(round->state);
    }
    const auto* given = m.params.if_contains("inputResponses");
    if (!given)
        return std::nullopt;
    if (!given->is_object())
        return "\"inputResponses\" must be an object";
    for (const auto& member : given->get_object())
        parts.answers[member.key()] = member.value();
    return std::nullopt;
}

} // namespace

bool Conversation::start(Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply) {
    if (!offered(server_->handlers().offers(), m.method))
        return false;
    auto subject = read_subject(m, server_->handlers(), caller);
    if (!subject) {
        reply->finish(invalid(m, subject.error()));
        return true;
    }
    if (caller.modern() && subject->tool && subject->tool->task == TaskSupport::required &&
        !caller.knows_extension(tasks_extension)) {
        reply->finish(missing_tasks_error(m.id), 400);
        return true;
    }
    run(m, caller, reply, std::move(*subject));
    return true;
}

void Conversation::run(Message& m, Caller caller, const std::shared_ptr<Reply>& reply, CallSubject subject) {
    RunningCall::Parts parts{shared_from_this(), reply, std::move(caller), m.method, m.id, progress_token(m),
                             std::move(subject), {},    nullptr,           -1};
    if (parts.caller.modern()) {
        if (const auto wrong = read_round(m, server_->seal(), parts))
            return reply->finish(invalid(m, *wrong));
        parts.log_rank = log_rank(base::get_string(*m.meta(), meta::log_level));
    }
    const auto handler = parts.subject.handler;
    const auto* tool = parts.subject.tool;
    const bool legacy_task =
        !parts.caller.modern() && tool && tool->task != TaskSupport::never && m.params.contains("task");
    const auto call = std::make_shared<RunningCall>(std::move(parts));
    const char* refused = nullptr;
    {
        std::lock_guard lock(mutex_);
        if (running_.size() >= server_->options().max_calls)
            refused = "Too many requests are running";
        else if (!running_.emplace(call->key(), call).second)
            refused = "A request with this id is still running";
    }
    if (refused)
        return call->refuse(rpc::invalid_request, refused);
    if (legacy_task) {
        const auto* task = base::get_object(m.params, "task");
        const auto ttl = task ? base::get_int(*task, "ttl") : 0;
        if (!call->begin_legacy_task(ttl > 0 ? std::optional(std::chrono::milliseconds(ttl)) : std::nullopt))
            return call->fail({rpc::internal_error, "Too many tasks are running", nullptr});
    }
    call->begin();
    try {
        (server_->handlers().*handler)(call);
    } catch (const std::exception& e) { // the rim towards handlers
        base::log_error(fmt::format("mcp {} {}: {}", m.method, call->name(), e.what()));
        call->fail({rpc::internal_error, "The server failed on this request", nullptr});
    }
}

// --- tasks

bool Conversation::modern_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply) {
    const bool get = m.method == "tasks/get", update = m.method == "tasks/update", cancel = m.method == "tasks/cancel";
    if (!(get || update || cancel) || !server_->handlers().offers().tasks)
        return false;
    if (!caller.knows_extension(tasks_extension)) {
        reply->finish(missing_tasks_error(m.id), 400);
        return true;
    }
    const std::string id(base::get_string(m.params, "taskId"));
    auto& tasks = server_->tasks();
    std::optional<json::object> result;
    if (get) {
        result = tasks.show(id, principal_, TaskStore::View::detailed);
        if (!result)
            if (const auto kept = server_->handlers().find_task(caller, id))
                result = tasks.render_kept(id, *kept);
    } else if (update) {
        const auto* answers = base::get_object(m.params, "inputResponses");
        if (!answers) {
            reply->finish(invalid(m, "\"inputResponses\" must be an object"));
            return true;
        }
        if (tasks.update(id, principal_, *answers))
            result.emplace();
    } else if (tasks.cancel(id, principal_) || server_->handlers().cancel_task(caller, id)) {
        result.emplace();
    }
    reply->finish(result ? rpc::result(m.id, dressed(std::move(*result), false)) : unknown_task(m));
    return true;
}

bool Conversation::legacy_tasks(const Message& m, const Caller& caller, const std::shared_ptr<Reply>& reply) {
    if (!m.method.starts_with("tasks/") || caller.revision != latest_legacy || !server_->handlers().offers().tasks)
        return false;
    const std::string id(base::get_string(m.params, "taskId"));
    auto& tasks = server_->tasks();
    if (m.method == "tasks/list") {
        json::array all;
        for (auto& task : tasks.list(principal_))
            all.emplace_back(std::move(task));
        json::object result;
        result["tasks"] = std::move(all);
        reply->finish(rpc::result(m.id, std::move(result)));
        return true;
    }
    if (m.method == "tasks/result") {
        const bool known =
            tasks.wait(id, principal_, [reply, id, request = m.id](const auto& result, const auto& fault) {
                if (!result)
                    return reply->finish(fault ? rpc::error(request, fault->code, fault->message, fault->data)
                                               : rpc::error(request, rpc::invalid_request, "The task was cancelled"));
                json::object related, out = *result;
                related["taskId"] = id;
                auto& extra = out["_meta"];
                if (!extra.is_object())
                    extra = json::object();
                extra.get_object()[meta::related_task] = std::move(related);
                reply->finish(rpc::result(request, std::move(out)));
            });
        if (!known)
            reply->finish(unknown_task(m));
        return true;
    }
    if (m.method != "tasks/get" && m.method != "tasks/cancel")
        return false;
    bool finished = false;
    if (m.method == "tasks/cancel" && tasks.cancel(id, principal_, &finished) && finished) {
        reply->finish(invalid(m, "The task is over already"));
        return true;
    }
    auto now = tasks.show(id, principal_, TaskStore::View::legacy);
    reply->finish(now ? rpc::result(m.id, std::move(*now)) : unknown_task(m));
    return true;
}

} // namespace rustcoder::mcp
