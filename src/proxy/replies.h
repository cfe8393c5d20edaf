// How messages reach an HTTP client: streams of a session that outlive their connections, and the answer to one POST.
// Thread-safe.
#pragma once

#include "net/http_server.h"
#include "proxy/message.h"

#include <chrono>
#include <deque>
#include <memory>
#include <mutex>

namespace rustcoder::proxy {

/// Server-Sent Events with ids; what was sent last is kept for a client that comes back. Bounded.
class EventStream {
public:
    explicit EventStream(std::string name) : name_(std::move(name)) {}
    const std::string& name() const { return name_; }
    void send(const Message& message, bool last);
    /// Writes what came after event number `after`, and from now on everything. An older connection is closed.
    void attach(std::shared_ptr<net::ResponseStream> connection, std::optional<std::uint64_t> after);
    /// An event without data: a client that loses the connection before the first message can come back.
    void prime();
    bool connected() const;
    bool ended() const;
    void close();

private:
    struct Event {
        std::uint64_t number;
        std::string text;
    };
    void write(const Event& event);

    const std::string name_;
    mutable std::mutex mutex_;
    std::deque<Event> kept_;
    std::size_t bytes_ = 0;
    std::uint64_t number_ = 0, written_ = 0;
    bool ended_ = false;
    std::shared_ptr<net::ResponseStream> connection_;
};

struct ReplyOptions {
    net::Headers headers;
    bool json = true, stream = true; // what the client accepts
    bool modern = false;             // errors of the protocol have a status of their own
    bool primed = false;             // begins a stream at once, with an id to come back with
    std::chrono::milliseconds keep_alive{15'000};
    std::chrono::milliseconds patience{8'000}; // then a stream begins, so that the client hears something
};

/// The answer to one POST: JSON when the result comes first, a stream when something comes before it.
class Reply {
public:
    /// `log`: of a session; null: a stateless request.
    Reply(std::shared_ptr<net::Responder> responder, ReplyOptions options, std::shared_ptr<EventStream> log);
    void send(const Message& message, bool last);
    /// Begins the stream when nothing came for a while, ends it when it was cancelled long ago.
    void tick(std::chrono::steady_clock::time_point now);
    void cancelled();
    void drop();
    bool done() const;
    bool cancelled_long_ago(std::chrono::steady_clock::time_point now) const;
    const std::shared_ptr<EventStream>& log() const { return log_; }

private:
    void begin_stream();

    const std::shared_ptr<net::Responder> responder_;
    const ReplyOptions options_;
    const std::shared_ptr<EventStream> log_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    mutable std::mutex mutex_;
    std::shared_ptr<net::ResponseStream> stream_;
    std::chrono::steady_clock::time_point cancelled_at_{};
    bool begun_ = false, done_ = false;
};

/// Of a stateless request's answer.
int modern_status(const Message& answer);
net::HttpResponse json_response(int status, std::string body, const net::Headers& headers = {});

} // namespace rustcoder::proxy
