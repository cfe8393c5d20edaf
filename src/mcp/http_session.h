// One session of the legacy revisions over HTTP: its conversation and its streams with what is kept of them for a
// client that lost its connection. Private. Thread-safe.
#pragma once

#include "mcp/conversation.h"
#include "net/http_server.h"

#include <deque>

namespace rustcoder::mcp {

/// Numbered messages of one POST or of the standing GET; only the connection comes and goes.
class EventStream final : public Sink {
public:
    EventStream(std::uint64_t number, int retry_ms) : number_(number), retry_(retry_ms) {}
    std::uint64_t number() const { return number_; }
    void send(const json::object& message) override { add(message, false); }
    /// The last one.
    void finish(const json::object& response) { add(response, true); }
    void end();
    /// Takes over as the connection, after replaying what came after `after`; none: what was not delivered.
    /// `prime`: an id at once, so that the client can come back before the first message.
    void attach(std::shared_ptr<net::ResponseStream> connection, std::optional<std::uint64_t> after, bool prime);
    /// Ends the connection, not the stream.
    void detach();
    bool attached() const;
    bool over() const;

private:
    std::string id(std::uint64_t n) const { return std::to_string(number_) + "_" + std::to_string(n); }
    void add(const json::object& message, bool last);
    bool write(const std::string& text); // under mutex_
    void drop_connection();              // under mutex_

    const std::uint64_t number_;
    const int retry_;
    mutable std::mutex mutex_;
    std::deque<std::pair<std::uint64_t, std::string>> kept_;
    std::size_t kept_bytes_ = 0;
    std::uint64_t next_ = 1, delivered_ = 0;
    std::shared_ptr<net::ResponseStream> connection_;
    bool over_ = false;
};

class HttpSession {
public:
    HttpSession(std::shared_ptr<Conversation> conversation, int retry_ms);
    const std::string& id() const { return id_; }
    Conversation& conversation() { return *conversation_; }
    std::shared_ptr<EventStream> open_stream();
    std::shared_ptr<EventStream> find_stream(std::uint64_t number);
    /// For messages that belong to no request; a new GET takes it over.
    const std::shared_ptr<EventStream>& standing() const { return standing_; }
    void touch();
    /// No connection, nothing running, untouched for that long.
    bool idle_for(std::chrono::seconds time) const;
    void close();
    /// Clients of older revisions do not expect an event without data.
    bool primes() const { return conversation_->revision() >= latest_legacy; }

private:
    const std::string id_ = random_id();
    const std::shared_ptr<Conversation> conversation_;
    const int retry_;
    const std::shared_ptr<EventStream> standing_;
    mutable std::mutex mutex_;
    std::map<std::uint64_t, std::shared_ptr<EventStream>> streams_;
    std::uint64_t next_ = 1;
    std::chrono::steady_clock::time_point used_ = std::chrono::steady_clock::now();
};

/// The HTTP+SSE transport of 2024-11-05: one stream for everything, and the session lives as long as it.
class SseSession {
public:
    SseSession(std::shared_ptr<Conversation> conversation, std::shared_ptr<net::ResponseStream> stream);
    const std::string& id() const { return id_; }
    Conversation& conversation() { return *conversation_; }
    void start(const std::string& message_path);
    /// Messages go out on the stream whatever they answer.
    std::shared_ptr<Reply> reply();
    void close();

    class Writer;

private:
    const std::string id_ = random_id();
    const std::shared_ptr<Conversation> conversation_;
    const std::shared_ptr<Writer> writer_;
};

} // namespace rustcoder::mcp
