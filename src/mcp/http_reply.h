// The ways in which one POST is answered. Private. Thread-safe.
#pragma once

#include "mcp/http_session.h"

namespace rustcoder::mcp {

using ResponderPtr = std::shared_ptr<net::Responder>;

net::HttpResponse json_response(int status, const json::value& body);
net::HttpResponse empty_response(int status);
/// The head of an event stream.
net::HttpResponse stream_head();

/// What a POST's Accept says.
struct Taste {
    bool streams = false; // event streams are understood
    bool prefers = false; // and named before JSON
};

/// JSON when the answer is there before anything else was said, else an event stream. Of a stateless request: the
/// client that leaves has cancelled.
class StatelessReply final : public Reply {
public:
    StatelessReply(ResponderPtr responder, std::weak_ptr<Conversation> conversation, Taste taste,
                   std::chrono::milliseconds keep_alive)
        : responder_(std::move(responder)), conversation_(std::move(conversation)), taste_(taste),
          keep_alive_(keep_alive) {}
    bool streams() const override { return taste_.streams; }
    void send(const json::object& message) override;
    void finish(json::object response, int status) override;
    void drop() override;
    void keep_alive() override;
    /// After the request was handled, so that there is something to cancel.
    void cancel_on_disconnect();

private:
    void open(); // under mutex_

    const ResponderPtr responder_;
    const std::weak_ptr<Conversation> conversation_;
    const Taste taste_;
    const std::chrono::milliseconds keep_alive_;
    std::mutex mutex_;
    std::shared_ptr<net::ResponseStream> stream_;
    std::optional<std::stop_callback<std::function<void()>>> on_gone_;
};

/// Of a session: what is streamed is kept and outlives the connection.
class SessionReply final : public Reply {
public:
    SessionReply(ResponderPtr responder, std::shared_ptr<HttpSession> session, Taste taste,
                 std::chrono::milliseconds keep_alive)
        : responder_(std::move(responder)), session_(std::move(session)), taste_(taste), keep_alive_(keep_alive) {}
    /// At once, before anything is known: the client can come back from here on.
    void open();
    bool streams() const override { return taste_.streams; }
    void send(const json::object& message) override;
    void finish(json::object response, int status) override;
    void drop() override;
    void keep_alive() override;
    void disconnect() override;

private:
    std::shared_ptr<EventStream> opened(); // nullptr when it must not stream

    const ResponderPtr responder_;
    const std::shared_ptr<HttpSession> session_;
    const Taste taste_;
    const std::chrono::milliseconds keep_alive_;
    std::mutex mutex_;
    std::shared_ptr<EventStream> stream_;
};

} // namespace rustcoder::mcp
