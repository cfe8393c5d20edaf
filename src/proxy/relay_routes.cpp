// What the upstream says, and to whom.
#include "proxy/relay.h"

#include "base/log.h"
#include "base/text.h"
#include "mcp/protocol.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::proxy {

using Clock = std::chrono::steady_clock;

void Relay::on_message(std::uint64_t generation, Message message, const std::string& related) {
    Deliveries out;
    {
        std::lock_guard lock(mutex_);
        if (generation != generation_ || state_ == State::closed)
            return;
        if (message.kind == Message::Kind::response)
            route_response(std::move(message), out);
        else if (message.kind == Message::Kind::request)
            route_request(std::move(message), related, out);
        else
            route_notification(std::move(message), related, out);
    }
    deliver(std::move(out));
}

void Relay::add(const Pending& p, Message message, Deliveries& out) const {
    if (const auto it = clients_.find(p.client); it != clients_.end())
        out.push_back({it->second.client, std::move(message), p.key});
}

void Relay::route_response(Message message, Deliveries& out) {
    const auto key = message.key();
    if (state_ == State::greeting && key == greeting_id_) {
        if (message.is_error)
            base::log_warn("the restarted server refuses the handshake: " + message.text);
        if (initialized_)
            (void)upstream_->send(*initialized_);
        return flush();
    }
    const auto it = pending_.find(key);
    if (it == pending_.end()) { // late, or an error about something unreadable
        if (!options_.shared)
            broadcast(message, out);
        return;
    }
    auto p = std::move(it->second);
    pending_.erase(it);
    if (!p.sent_token.empty())
        tokens_.erase(p.sent_token);
    if (p.greeting && !message.is_error) {
        greeting_answer_ = message;
        for (const auto& [client, id] : std::exchange(greeting_waiters_, {}))
            if (const auto at = clients_.find(client); at != clients_.end())
                out.push_back({at->second.client, message.edited({{message.id, id}}), canonical_id(id)});
    } else if (p.greeting) {
        initialize_.reset();
    }
    add(p, options_.shared ? message.edited({{message.id, p.id}}) : std::move(message), out);
}

const Relay::Pending* Relay::only_pending() const {
    const Pending* only = nullptr;
    for (const auto& [key, p] : pending_) {
        if (p.method == "subscriptions/listen") // gets only what names it
            continue;
        if (only)
            return nullptr;
        only = &p;
    }
    return only;
}

/// The request that a message of the server belongs to, as far as that can be known.
const Relay::Pending* Relay::find_related(const Message& message, const std::string& related) const {
    auto key = related;
    if (message.subscription)
        key = message.key(message.subscription);
    else if (message.progress_token && tokens_.contains(message.key(message.progress_token)))
        key = tokens_.at(message.key(message.progress_token));
    if (const auto it = pending_.find(key); it != pending_.end())
        return &it->second;
    return key.empty() || !message.subscription ? only_pending() : nullptr;
}

void Relay::route_request(Message message, const std::string& related, Deliveries& out) {
    const auto* p = find_related(message, related);
    ClientId client = p ? p->client : 0;
    if (client == 0 && !pending_.empty()) // who asked last is the likeliest to be asked back
        client = std::max_element(pending_.begin(), pending_.end(), [](const auto& a, const auto& b) {
                     return a.second.order < b.second.order;
                 })->second.client;
    if (client == 0)
        for (const auto& [id, attached] : clients_)
            if (attached.listens)
                client = id;
    const auto it = clients_.find(client);
    if (it == clients_.end()) {
        (void)upstream_->send(error_answer(message.raw(message.id), mcp::rpc::internal_error, "no client is there"));
        return;
    }
    asked_[message.key()] = client;
    const auto key = p ? p->key : std::string();
    out.push_back({it->second.client, std::move(message), key});
}

void Relay::broadcast(const Message& message, Deliveries& out) {
    for (const auto& [id, attached] : clients_)
        if (attached.listens)
            out.push_back({attached.client, message, {}});
}

void Relay::route_notification(Message message, const std::string& related, Deliveries& out) {
    if (message.cancelled) { // of its own question, or the end of a listening request
        const auto key = message.key(message.cancelled);
        if (const auto it = pending_.find(key); it != pending_.end())
            return add(it->second,
                       options_.shared ? message.edited({{message.cancelled, it->second.id}}) : std::move(message),
                       out);
        if (const auto it = asked_.find(key); it != asked_.end() && clients_.contains(it->second))
            out.push_back({clients_.at(it->second).client, std::move(message), {}});
        return;
    }
    const auto* p = find_related(message, related);
    if (!options_.shared) {
        if (p)
            add(*p, std::move(message), out);
        else
            broadcast(message, out);
        return;
    }
    if (message.progress_token && p && p->sent_token == message.key(message.progress_token))
        return add(*p, message.edited({{message.progress_token, p->token}}), out);
    if (message.subscription)
        return p ? add(*p, message.edited({{message.subscription, p->id}}), out) : void();
    if (!related.empty() && p)
        return add(*p, std::move(message), out);
    if (message.method == "notifications/message") {
        if (!p) // several run: to one that asked for log messages
            for (const auto& [key, candidate] : pending_)
                if (candidate.wants_log)
                    p = &candidate;
        if (p)
            return add(*p, std::move(message), out);
    }
    broadcast(message, out);
}

void Relay::fail_all(const std::string& why, Deliveries& out) {
    for (const auto& [key, p] : pending_)
        add(p, error_answer(p.id, mcp::rpc::internal_error, why), out);
    for (const auto& [client, id] : std::exchange(greeting_waiters_, {}))
        if (const auto at = clients_.find(client); at != clients_.end())
            out.push_back({at->second.client, error_answer(id, mcp::rpc::internal_error, why), canonical_id(id)});
    pending_.clear();
    tokens_.clear();
    asked_.clear();
    queue_.clear();
    if (!greeting_answer_)
        initialize_.reset();
}

void Relay::on_closed(std::uint64_t generation, const std::string& why, std::vector<Message> unsent) {
    {
        std::lock_guard lock(mutex_);
        if (generation == generation_ && state_ == State::starting && !upstream_) {
            died_early_ = why; // started() goes on with it
            return;
        }
    }
    ended(generation, why, std::move(unsent));
}

/// Every request that was under way is answered with an error, except those that the server certainly never saw: they
/// go to its successor.
void Relay::ended(std::uint64_t generation, const std::string& why, std::vector<Message> unsent) {
    Deliveries out;
    {
        std::lock_guard lock(mutex_);
        if (generation != generation_ || state_ == State::closed)
            return;
        ++generation_;
        last_error_ = why;
        if (unsent.empty()) {
            ++failures_;
            const bool stable = Clock::now() - started_at_ >= options_.stable;
            backoff_ = stable ? std::chrono::milliseconds(0)
                              : std::min(std::max(backoff_ * 2, options_.first_backoff), options_.longest_backoff);
            next_start_ = Clock::now() + backoff_;
            base::log_warn(fmt::format("the server is gone: {}", why));
        }
        bury(std::move(upstream_));
        upstream_.reset();
        state_ = State::idle;
        std::map<std::string, Pending> kept;
        auto greeting = initialize_;
        for (const auto& m : unsent)
            if (m.kind == Message::Kind::request)
                if (auto node = pending_.extract(m.key()))
                    kept.insert(std::move(node));
        fail_all(fmt::format("The MCP server behind this proxy is gone: {}. It is started again with the next request.",
                             why),
                 out);
        for (const auto& [key, p] : kept) {
            if (!p.sent_token.empty())
                tokens_[p.sent_token] = key;
            if (p.greeting)
                initialize_ = greeting;
        }
        pending_ = std::move(kept);
        queue_ = std::move(unsent);
        if (!queue_.empty())
            begin_start();
    }
    deliver(std::move(out));
}

} // namespace rustcoder::proxy
