// The life of the upstream and what clients say. What the upstream says: relay_routes.cpp.
#include "proxy/relay.h"

#include "base/log.h"
#include "base/text.h"
#include "mcp/protocol.h"

#include <fmt/format.h>

namespace rustcoder::proxy {

using Clock = std::chrono::steady_clock;

std::shared_ptr<Relay> Relay::create(MakeUpstream make, RelayOptions options, Workers& workers) {
    return std::shared_ptr<Relay>(new Relay(std::move(make), options, workers));
}

Relay::~Relay() {
    if (upstream_) {
        upstream_->close();
        bury(std::move(upstream_));
    }
}

void Relay::bury(std::shared_ptr<Upstream> upstream) { // its destructor waits, and may not run on its own thread
    if (upstream && !workers_.post([upstream] {}))
        base::log_warn("too many servers end at once");
}

void Relay::deliver(Deliveries deliveries) {
    for (auto& d : deliveries)
        if (const auto client = d.client.lock())
            client->deliver(std::move(d.message), d.related);
}

Relay::ClientId Relay::attach(std::weak_ptr<Client> client, bool listens) {
    std::lock_guard lock(mutex_);
    const auto id = ++next_client_;
    clients_[id] = {std::move(client), listens};
    return id;
}

void Relay::detach(ClientId client) {
    std::lock_guard lock(mutex_);
    if (clients_.erase(client) == 0)
        return;
    for (auto it = pending_.begin(); it != pending_.end();) {
        const auto current = it++;
        if (current->second.client != client)
            continue;
        if (upstream_ && state_ == State::up && current->second.method != "initialize")
            (void)upstream_->send(cancel_notice(current->second.sent_id, "the client left"));
        forget(current);
    }
    for (auto it = asked_.begin(); it != asked_.end();)
        if (it->second == client) {
            if (upstream_ && options_.shared)
                (void)upstream_->send(error_answer(it->first, mcp::rpc::internal_error, "the client left"));
            it = asked_.erase(it);
        } else {
            ++it;
        }
}

void Relay::close() {
    std::shared_ptr<Upstream> upstream;
    {
        std::lock_guard lock(mutex_);
        state_ = State::closed;
        ++generation_;
        upstream = std::move(upstream_);
        queue_.clear();
        pending_.clear();
        tokens_.clear();
    }
    closing_.notify_all();
    if (upstream) {
        upstream->close();
        bury(std::move(upstream));
    }
}

RelayStatus Relay::status() const {
    std::lock_guard lock(mutex_);
    RelayStatus s;
    s.state = state_ == State::up     ? "up"
              : state_ == State::idle ? "idle"
                                      : (state_ == State::closed ? "closed" : "starting");
    s.upstream = upstream_ ? upstream_->describe() : "";
    s.clients = clients_.size();
    s.pending = pending_.size();
    s.starts = starts_;
    s.failures = failures_;
    s.last_error = last_error_;
    return s;
}

std::size_t Relay::pending() const {
    std::lock_guard lock(mutex_);
    return pending_.size();
}

Relay::Pending* Relay::find_own(ClientId client, const std::string& key) {
    for (auto& [sent, p] : pending_)
        if (p.client == client && p.key == key)
            return &p;
    return nullptr;
}

void Relay::forget(std::map<std::string, Pending>::iterator it) {
    if (!it->second.sent_token.empty())
        tokens_.erase(it->second.sent_token);
    pending_.erase(it);
}

Status Relay::send(ClientId client, const Message& message) {
    std::lock_guard lock(mutex_);
    if (state_ == State::closed)
        return fail(Errc::unavailable, "the proxy is ending");
    if (message.kind == Message::Kind::request)
        return take_request(client, message);
    if (message.kind == Message::Kind::notification)
        take_notification(client, message);
    else
        take_response(client, message);
    return {};
}

/// Of further clients of a shared upstream: the server has been greeted, so the first answer holds for all.
bool Relay::answer_greeting(ClientId client, const Message& message) {
    const bool first = !initialize_;
    if (first || !options_.shared)
        return false;
    if (!greeting_answer_) {
        greeting_waiters_.emplace_back(client, std::string(message.raw(message.id)));
        return true;
    }
    auto answer = greeting_answer_->edited({{greeting_answer_->id, message.raw(message.id)}});
    workers_.post([sink = clients_[client].client, answer = std::move(answer), key = message.key()]() mutable {
        if (const auto c = sink.lock())
            c->deliver(std::move(answer), key);
    });
    return true;
}

Status Relay::take_request(ClientId client, const Message& message) {
    const bool greeting = message.method == "initialize" && !message.modern();
    if (greeting && answer_greeting(client, message))
        return {};
    const auto key = message.key();
    if (find_own(client, key))
        return fail(Errc::invalid_input, "the id of this request belongs to one that is not answered yet");
    const auto now = Clock::now();
    if (state_ == State::idle && next_start_ - now > options_.patience)
        return fail(Errc::unavailable,
                    fmt::format("the server fails again and again ({}); it is tried again in {} s", last_error_,
                                std::chrono::ceil<std::chrono::seconds>(next_start_ - now).count()));
    Pending p{client,         std::string(message.raw(message.id)), key,     {}, {}, {},
              message.method, static_cast<bool>(message.log_level), greeting};
    p.token = message.raw(message.progress_token);
    p.order = ++taken_;
    Message out = message;
    if (options_.shared) {
        const auto fresh = std::to_string(++next_id_);
        out = message.edited({{message.id, fresh}, {message.progress_token, fresh}});
    }
    if (greeting) { // again from the same client: a new conversation with the same upstream
        initialize_ = message;
        initialized_.reset();
        greeting_answer_.reset();
    }
    p.sent_id = out.raw(out.id);
    p.sent_token = out.key(out.progress_token);
    const auto sent_key = out.key();
    if (!p.sent_token.empty())
        tokens_[p.sent_token] = sent_key;
    pending_[sent_key] = std::move(p);
    auto status = forward(std::move(out));
    if (const auto it = pending_.find(sent_key); !status && it != pending_.end())
        forget(it);
    return status;
}

void Relay::take_notification(ClientId client, const Message& message) {
    if (message.method == "notifications/initialized") {
        const bool again = initialized_.has_value();
        initialized_ = message;
        if (options_.shared && again)
            return;
    }
    if (message.cancelled && options_.shared) {
        if (const auto* p = find_own(client, message.key(message.cancelled)))
            (void)forward(message.edited({{message.cancelled, p->sent_id}}));
        return;
    }
    (void)forward(message);
}

void Relay::take_response(ClientId client, const Message& message) {
    const auto it = asked_.find(message.key());
    if (it != asked_.end() && it->second == client)
        asked_.erase(it);
    else if (options_.shared)
        return; // an answer to somebody else's question
    (void)forward(message);
}

Status Relay::forward(Message message) {
    if (state_ == State::up)
        if (auto status = upstream_->send(message); status || status.error().code != Errc::unavailable)
            return status; // unavailable: its end is about to be told; the message is for the next one
    queue_.push_back(std::move(message));
    begin_start();
    return {};
}

void Relay::begin_start() {
    if (state_ != State::idle)
        return;
    state_ = State::starting;
    if (!workers_.post([self = shared_from_this()] { self->start(); })) {
        state_ = State::idle;
        base::log_error("no thread is left to start the server");
    }
}

void Relay::start() {
    std::uint64_t generation = 0;
    {
        std::unique_lock lock(mutex_);
        closing_.wait_until(lock, next_start_, [&] { return state_ == State::closed; });
        if (state_ == State::closed)
            return;
        generation = ++generation_;
        died_early_.reset();
        ++starts_;
        started_at_ = Clock::now();
    }
    Upstream::Events events;
    events.message = [weak = weak_from_this(), generation](Message m, const std::string& related) {
        if (const auto self = weak.lock())
            self->on_message(generation, std::move(m), related);
    };
    events.closed = [weak = weak_from_this(), generation](const std::string& why, std::vector<Message> unsent) {
        if (const auto self = weak.lock())
            self->on_closed(generation, why, std::move(unsent));
    };
    started(generation, make_(std::move(events)));
}

void Relay::started(std::uint64_t generation, Result<std::shared_ptr<Upstream>> upstream) {
    std::string why = upstream ? "" : upstream.error().text();
    {
        std::lock_guard lock(mutex_);
        if (state_ == State::closed) {
            if (upstream)
                bury(std::move(*upstream));
            return;
        }
        if (upstream) {
            upstream_ = std::move(*upstream);
            base::log_info(upstream_->describe());
            if (died_early_) {
                why = *died_early_;
            } else if (initialize_ && greeting_answer_) { // it does not know what its predecessor was told
                state_ = State::greeting;
                greeting_id_ = fmt::format("\"rustcoder-proxy-{}\"", generation);
                (void)upstream_->send(initialize_->edited({{initialize_->id, greeting_id_}}));
            } else {
                flush();
            }
        }
    }
    if (!why.empty())
        ended(generation, why, {});
}

void Relay::flush() {
    state_ = State::up;
    for (const auto& message : std::exchange(queue_, {}))
        (void)upstream_->send(message);
}

} // namespace rustcoder::proxy
