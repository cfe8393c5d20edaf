#include "mcp/running_call.h"

#include "mcp/state_seal.h"

#include <cmath>

namespace rustcoder::mcp {

namespace {

/// 50 instead of 5E1.
json::value number(double value) {
    if (std::trunc(value) == value && std::abs(value) < 9e15)
        return static_cast<std::int64_t>(value);
    return value;
}

int status_of(int code) {
    switch (code) {
    case rpc::missing_capability:
    case rpc::header_mismatch:
    case rpc::unsupported_revision:
        return 400;
    case rpc::method_not_found:
        return 404;
    default:
        return 200;
    }
}

} // namespace

RunningCall::RunningCall(Parts parts) : p_(std::move(parts)), key_(base::dump(p_.id)), state_(p_.state) {}

RunningCall::~RunningCall() {
    if (!ended_) {
        const Fault fault{rpc::internal_error, "The server lost this request", nullptr};
        if (!task_.empty())
            server().tasks().fail(task_, fault);
        else
            p_.reply->finish(rpc::error(p_.id, fault.code, fault.message), 500);
    }
    stop_.request_stop();
    server().timers().cancel(beat_timer_);
    server().timers().cancel(task_timer_);
    leave();
}

void RunningCall::leave() {
    p_.conversation->ended(key_, this);
}

void RunningCall::refuse(int code, std::string_view why) {
    if (end())
        p_.reply->finish(rpc::error(p_.id, code, why));
}

void RunningCall::begin() {
    std::lock_guard lock(mutex_);
    if (ended_ || !task_.empty())
        return;
    plan_beat();
    const auto* tool = p_.subject.tool;
    if (tool && tool->task != TaskSupport::never && tool->task_after && p_.caller.modern() &&
        p_.caller.knows_extension(tasks_extension))
        task_timer_ = server().timers().after(*tool->task_after, [weak = weak_from_this()] {
            if (auto call = weak.lock())
                call->become_task({});
        });
}

// --- what is said meanwhile

void RunningCall::plan_beat() {
    const auto every = server().options().heartbeat;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(last_progress_ + every - Timers::Clock::now());
    beat_timer_ = server().timers().after(left.count() > 0 ? left : every, [weak = weak_from_this()] {
        if (auto call = weak.lock())
            call->beat();
    });
}

void RunningCall::beat() {
    std::lock_guard lock(mutex_);
    if (ended_ || !task_.empty())
        return;
    if (p_.progress_token.is_null()) {
        p_.reply->keep_alive();
    } else if (Timers::Clock::now() - last_progress_ >= server().options().heartbeat) {
        // A little more than the last, and never the whole.
        const double step = last_total_ ? (*last_total_ - last_value_) / 1000 : said_ && last_value_ < 1 ? 0.001 : 1;
        if (step > 0)
            send_progress(last_value_ + step, last_total_, "still working: " + last_message_);
    }
    plan_beat();
}

void RunningCall::send_progress(double value, std::optional<double> total, std::string_view message) {
    if (p_.progress_token.is_null() || ended_ || !task_.empty() || !std::isfinite(value) ||
        (said_ && value <= last_value_))
        return;
    said_ = true;
    last_value_ = value;
    last_total_ = total;
    last_progress_ = Timers::Clock::now();
    json::object params;
    params["progressToken"] = p_.progress_token;
    params["progress"] = number(value);
    if (total && std::isfinite(*total))
        params["total"] = number(*total);
    if (!message.empty())
        params["message"] = message;
    p_.reply->send(rpc::notification("notifications/progress", std::move(params)));
}

void RunningCall::progress(double value, std::optional<double> total, std::string_view message) {
    std::lock_guard lock(mutex_);
    if (!message.empty())
        last_message_ = message;
    send_progress(value, total, message);
}

void RunningCall::progress(std::string_view message) {
    std::lock_guard lock(mutex_);
    last_message_ = message;
    send_progress(std::floor(last_value_) + 1, std::nullopt, message);
}

void RunningCall::status(std::string_view message) {
    std::string task;
    {
        std::lock_guard lock(mutex_);
        task = task_;
    }
    if (task.empty())
        progress(message);
    else
        server().tasks().message(task, message);
}

void RunningCall::log(std::string_view level, json::value data, std::string_view logger) {
    const int rank = mcp::log_rank(level);
    const int wanted = p_.caller.modern() ? p_.log_rank : p_.conversation->log_rank_wanted();
    if (rank < 0 || wanted < 0 || rank < wanted)
        return;
    json::object params;
    params["level"] = level;
    if (!logger.empty())
        params["logger"] = logger;
    params["data"] = std::move(data);
    const auto message = rpc::notification("notifications/message", std::move(params));
    std::lock_guard lock(mutex_);
    if (ended_ || (p_.caller.modern() && !task_.empty()))
        return;
    p_.conversation->tell(task_.empty() ? p_.reply : nullptr, message);
}

// --- tasks

std::string RunningCall::create_task(std::string id, std::optional<std::chrono::milliseconds> ttl) {
    return server().tasks().create(
        {std::move(id), p_.caller.principal, p_.caller.modern(), ttl, std::weak_ptr<TaskOwner>(shared_from_this())});
}

bool RunningCall::become_task(std::string id) {
    {
        std::lock_guard lock(mutex_);
        if (!task_.empty())
            return true;
        const auto* tool = p_.subject.tool;
        if (ended_ || !tool || tool->task == TaskSupport::never || !p_.caller.modern() ||
            !p_.caller.knows_extension(tasks_extension) || !pending_.empty())
            return false;
        task_ = create_task(std::move(id), std::nullopt);
        if (task_.empty())
            return false;
        server().timers().cancel(beat_timer_);
        server().timers().cancel(task_timer_);
        auto handle = *server().tasks().show(task_, p_.caller.principal, TaskStore::View::handle);
        handle["resultType"] = "task";
        p_.reply->finish(rpc::result(p_.id, std::move(handle)));
    }
    leave();
    return true;
}

bool RunningCall::begin_legacy_task(std::optional<std::chrono::milliseconds> ttl) {
    {
        std::lock_guard lock(mutex_);
        task_ = create_task({}, ttl);
        if (task_.empty())
            return false;
        json::object result;
        result["task"] = *server().tasks().show(task_, p_.caller.principal, TaskStore::View::legacy);
        p_.reply->finish(rpc::result(p_.id, std::move(result)));
    }
    leave();
    return true;
}

bool RunningCall::is_task() const {
    std::lock_guard lock(mutex_);
    return !task_.empty();
}

// --- the end

std::optional<RunningCall::Ending> RunningCall::end() {
    std::lock_guard lock(mutex_);
    if (ended_)
        return std::nullopt;
    ended_ = true;
    server().timers().cancel(beat_timer_);
    server().timers().cancel(task_timer_);
    Ending out{task_, said_ && Timers::Clock::now() - last_progress_ < server().options().progress_gap, {}};
    out.pending.swap(pending_);
    return out;
}

void RunningCall::withdraw(const std::vector<PendingPtr>& pending) {
    for (const auto& one : pending)
        for (const auto& [key, id] : one->requests)
            p_.conversation->withdraw(p_.reply, id);
}

void RunningCall::respond(json::object response, int status, bool late) {
    if (!late) {
        p_.reply->finish(std::move(response), status);
        return leave();
    }
    server().timers().after(server().options().progress_gap,
                            [self = shared_from_this(), response = std::move(response), status]() mutable {
                                self->p_.reply->finish(std::move(response), status);
                                self->leave();
                            });
}

void RunningCall::finish(json::object result) {
    const auto ending = end();
    if (!ending)
        return;
    withdraw(ending->pending);
    if (!p_.caller.modern()) {
        result.erase("ttlMs");
        if (const auto* data = result.if_contains("structuredContent"); data && !data->is_object())
            result.erase("structuredContent"); // any JSON only since 2026-07-28
    }
    if (!ending->task.empty())
        return server().tasks().complete(ending->task, std::move(result));
    if (p_.caller.modern())
        result = p_.conversation->dressed(std::move(result), p_.method == "resources/read");
    respond(rpc::result(p_.id, std::move(result)), 200, ending->late);
}

void RunningCall::fail(Fault fault) {
    const auto ending = end();
    if (!ending)
        return;
    withdraw(ending->pending);
    if (!ending->task.empty())
        return server().tasks().fail(ending->task, std::move(fault));
    respond(rpc::error(p_.id, fault.code, fault.message, std::move(fault.data)), status_of(fault.code), ending->late);
}

void RunningCall::cancel_request() {
    {
        std::lock_guard lock(mutex_);
        if (!task_.empty())
            return;
    }
    const auto ending = end();
    if (!ending)
        return;
    stop_.request_stop();
    withdraw(ending->pending);
    p_.reply->drop();
    leave();
}

void RunningCall::cancel() { // the store has settled the task already
    const auto ending = end();
    if (!ending)
        return;
    stop_.request_stop();
    withdraw(ending->pending);
}

} // namespace rustcoder::mcp
