#include "proxy/session.h"

#include "base/log.h"

#include <charconv>
#include <fmt/format.h>

namespace rustcoder::proxy {

namespace {

constexpr std::size_t most_finished = 4;

} // namespace

std::shared_ptr<Session> Session::open(Kind kind, std::string id, std::shared_ptr<Relay> relay, bool own_relay) {
    std::shared_ptr<Session> session(new Session(kind, std::move(id), std::move(relay), own_relay));
    session->client_ = session->relay_->attach(session, true);
    return session;
}

Session::~Session() {
    close();
}

void Session::close() {
    std::map<std::string, Waiting> waiting;
    std::shared_ptr<net::ResponseStream> stream;
    {
        std::lock_guard lock(mutex_);
        if (std::exchange(closed_, true))
            return;
        waiting.swap(waiting_);
        stream = std::move(stream_);
    }
    if (own_relay_)
        relay_->close();
    else
        relay_->detach(client_);
    for (auto& [key, w] : waiting)
        if (w.reply)
            w.reply->drop();
    general_->close();
    if (stream)
        stream->close();
}

void Session::touch() {
    used_ = std::chrono::steady_clock::now();
}

Status Session::request(const Message& message, std::shared_ptr<Reply> reply) {
    const auto key = message.key();
    {
        std::lock_guard lock(mutex_);
        if (closed_)
            return fail(Errc::unavailable, "the session has ended");
        touch();
        if (!waiting_.try_emplace(key, Waiting{reply, message.method == "initialize"}).second)
            return fail(Errc::invalid_input, "the id of this request belongs to one that is not answered yet");
    }
    auto status = relay_->send(client_, message);
    if (!status) {
        std::lock_guard lock(mutex_);
        waiting_.erase(key);
    }
    return status;
}

Status Session::tell(const Message& message) {
    std::shared_ptr<Reply> cancelled;
    {
        std::lock_guard lock(mutex_);
        touch();
        if (message.cancelled)
            if (const auto it = waiting_.find(message.key(message.cancelled)); it != waiting_.end())
                cancelled = it->second.reply;
    }
    if (cancelled)
        cancelled->cancelled();
    return relay_->send(client_, message);
}

std::shared_ptr<EventStream> Session::new_log() {
    std::lock_guard lock(mutex_);
    return std::make_shared<EventStream>(fmt::format("s{}", ++logs_));
}

void Session::keep(std::shared_ptr<EventStream> log) {
    finished_.push_back(std::move(log));
    if (finished_.size() > most_finished)
        finished_.pop_front();
}

std::shared_ptr<EventStream> Session::find_log(std::string_view event_id, std::uint64_t& number) {
    const auto dash = event_id.rfind('-');
    if (dash == std::string_view::npos)
        return nullptr;
    const auto name = event_id.substr(0, dash), digits = event_id.substr(dash + 1);
    if (std::from_chars(digits.data(), digits.data() + digits.size(), number).ec != std::errc())
        return nullptr;
    if (name == general_->name())
        return general_;
    std::lock_guard lock(mutex_);
    touch();
    for (const auto& [key, w] : waiting_)
        if (w.reply && w.reply->log() && w.reply->log()->name() == name)
            return w.reply->log();
    for (const auto& log : finished_)
        if (log->name() == name)
            return log;
    return nullptr;
}

void Session::use_stream(std::shared_ptr<net::ResponseStream> stream) {
    std::lock_guard lock(mutex_);
    stream_ = std::move(stream);
}

void Session::deliver(Message message, const std::string& related) {
    std::shared_ptr<Reply> reply;
    const bool answer = message.kind == Message::Kind::response;
    {
        std::lock_guard lock(mutex_);
        if (closed_)
            return;
        if (const auto it = waiting_.find(related); it != waiting_.end()) {
            reply = it->second.reply;
            if (answer) {
                refused_ = refused_ || (it->second.greeting && message.is_error);
                if (reply && reply->log())
                    keep(reply->log());
                waiting_.erase(it);
                touch();
            }
        }
        if (kind_ == Kind::sse) {
            if (stream_ && stream_->write(net::sse_event(message.text, "message")) != net::ResponseStream::Write::ok) {
                base::log_warn("a client of the SSE transport reads too slowly or is gone");
                stream_->close();
            }
            return;
        }
        if (!reply && !answer && !general_->connected() && !waiting_.empty())
            reply = waiting_.begin()->second.reply; // the only stream that it is sure to read
    }
    if (reply)
        reply->send(message, answer);
    else if (!answer || !related.empty()) // an answer to a request of a batch
        general_->send(message, false);
}

void Session::tick(std::chrono::steady_clock::time_point now) {
    std::vector<std::shared_ptr<Reply>> replies;
    {
        std::lock_guard lock(mutex_);
        for (auto it = waiting_.begin(); it != waiting_.end();) {
            if (it->second.reply)
                replies.push_back(it->second.reply);
            if (it->second.reply && it->second.reply->cancelled_long_ago(now))
                it = waiting_.erase(it);
            else
                ++it;
        }
    }
    for (const auto& reply : replies) {
        reply->tick(now);
        if (reply->cancelled_long_ago(now))
            reply->drop();
    }
}

bool Session::refused() const {
    std::lock_guard lock(mutex_);
    return refused_;
}

bool Session::expired(std::chrono::steady_clock::time_point now, std::chrono::seconds ttl) const {
    std::lock_guard lock(mutex_);
    return refused_ || (kind_ == Kind::streamable && waiting_.empty() && !general_->connected() && now - used_ > ttl);
}

} // namespace rustcoder::proxy
