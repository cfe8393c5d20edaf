// RunningCall::ask: a request to the client (legacy), another round (modern), or a task that waits.
#include "mcp/running_call.h"
#include "mcp/state_seal.h"

namespace rustcoder::mcp {

Asks RunningCall::Pending::missing() const {
    Asks out;
    for (const auto& one : asks)
        if (!answers.contains(one.first))
            out.push_back(one);
    return out;
}

bool RunningCall::answerable(const Ask& ask) const {
    const auto* capability = p_.caller.capabilities.if_contains(ask.capability());
    if (!capability || !p_.subject.may_ask)
        return false;
    const auto* details = capability->if_object();
    const bool url = base::get_string(ask.params, "mode") == "url";
    return !url || (details && details->contains("url"));
}

void RunningCall::ask(Asks asks, Answered then) {
    for (const auto& [key, ask] : asks)
        if (!answerable(ask))
            return then(base::fail(Errc::unavailable, "The client cannot answer this question", ask.method,
                                   "Ask only what its capabilities name"));
    auto pending = std::make_shared<Pending>();
    for (const auto& [key, ask] : asks)
        if (const auto* answer = p_.answers.if_contains(key); answer && answer_fits(ask, *answer)) {
            pending->answers.emplace(key, answer->get_object());
            used_[key] = *answer; // what nobody asks for is not carried along
        }
    pending->asks = std::move(asks);
    pending->then = std::move(then);
    if (pending->complete())
        return pending->then(std::move(pending->answers));
    bool task = false;
    {
        std::lock_guard lock(mutex_);
        if (ended_)
            return;
        task = !task_.empty();
        if (task || !p_.caller.modern())
            pending_.push_back(pending);
    }
    if (!p_.caller.modern())
        return ask_legacy(pending);
    if (task)
        return ask_in_task(pending);
    ask_again(pending->missing());
}

void RunningCall::ask_again(const Asks& asks) {
    json::object requests;
    for (const auto& [key, ask] : asks)
        requests[key] = to_json(ask);
    const StateSeal::Round round{p_.caller.principal, request_digest(p_.method, p_.subject.name, p_.subject.arguments),
                                 used_, state_};
    json::object result;
    result["inputRequests"] = std::move(requests);
    result["requestState"] =
        server().seal().close(round, std::chrono::system_clock::now() + server().options().state_ttl);
    const auto ending = end();
    if (!ending)
        return;
    result = p_.conversation->dressed(std::move(result), false);
    result["resultType"] = "input_required";
    respond(rpc::result(p_.id, std::move(result)), 200, ending->late);
}

void RunningCall::ask_in_task(const PendingPtr& pending) {
    {
        // The mutex is held until the names are known: answers may come at once. The store calls nobody back here but
        // its listeners, who do not know us.
        std::lock_guard lock(mutex_);
        if (ended_)
            return;
        pending->shown = server().tasks().ask(task_, pending->missing());
    }
}

void RunningCall::answer(const json::object& answers) {
    std::vector<PendingPtr> done;
    {
        std::lock_guard lock(mutex_);
        for (auto it = pending_.begin(); it != pending_.end();) {
            for (const auto& [key, name] : (*it)->shown)
                if (const auto* answer = answers.if_contains(name))
                    (*it)->answers.emplace(key, answer->get_object());
            if (!(*it)->complete()) {
                ++it;
                continue;
            }
            done.push_back(std::move(*it));
            it = pending_.erase(it);
        }
    }
    for (const auto& one : done)
        one->then(std::move(one->answers));
}

void RunningCall::ask_legacy(const PendingPtr& pending) {
    for (const auto& [key, ask] : pending->asks) {
        const auto id = p_.conversation->request_client(is_task() ? nullptr : p_.reply, ask.method, ask.params,
                                                        [weak = weak_from_this(), pending, key](const Message& m) {
                                                            if (auto self = weak.lock())
                                                                self->answered_legacy(pending, key, m);
                                                        });
        std::lock_guard lock(mutex_);
        pending->requests.emplace(key, id);
    }
}

void RunningCall::answered_legacy(const PendingPtr& pending, const std::string& key, const Message& m) {
    std::optional<Error> failed;
    const auto* result = m.response.if_contains("result");
    if (const auto* error = base::get_object(m.response, "error"))
        failed =
            Error{Errc::denied, "The client answered: " + std::string(base::get_string(*error, "message")), {}, {}};
    {
        std::lock_guard lock(mutex_);
        const auto ask = std::ranges::find(pending->asks, key, &Asks::value_type::first);
        if (!failed && (!result || !answer_fits(ask->second, *result)))
            failed = Error{Errc::denied, "The client's answer is not what was asked for", ask->second.method, {}};
        pending->requests.erase(key);
        if (!failed)
            pending->answers.emplace(key, result->get_object());
        if (!failed && !pending->complete())
            return;
    }
    resume(pending, std::move(failed));
}

void RunningCall::resume(const PendingPtr& pending, std::optional<Error> failed) {
    {
        std::lock_guard lock(mutex_);
        const auto it = std::ranges::find(pending_, pending);
        if (it == pending_.end()) // ended, or failed by another answer
            return;
        pending_.erase(it);
    }
    if (!failed)
        return pending->then(std::move(pending->answers));
    withdraw({pending});
    pending->then(std::unexpected(std::move(*failed)));
}

} // namespace rustcoder::mcp
