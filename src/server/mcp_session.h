// One legacy MCP session over HTTP: its conversation and its streams with their replay buffers. Private. Thread-safe.
#pragma once

#include "net/http_server.h"
#include "server/mcp.h"

#include <deque>

namespace rustcoder::server {

/// The messages about one POST (or of the standing GET), numbered, kept for a client that lost its connection.
class McpStream {
public:
    McpStream(std::uint64_t number, bool prime) : number_(number), prime_(prime) {}
    std::uint64_t number() const { return number_; }
    void send(const base::json::object& message, bool last);
    void end();
    /// Takes over as the connection, after replaying what came after `after`.
    void attach(std::shared_ptr<net::ResponseStream> stream, std::uint64_t after);
    void detach();
    bool attached() const;
    bool over() const;

private:
    std::string id(std::uint64_t n) const { return std::to_string(number_) + "_" + std::to_string(n); }
    void write(const std::string& text); // under mutex_

    const std::uint64_t number_;
    const bool prime_; // revision 2025-11-25 on: an id at once, so that the client can resume before the first message
    mutable std::mutex mutex_;
    std::deque<std::pair<std::uint64_t, std::string>> kept_;
    std::size_t kept_bytes_ = 0;
    std::uint64_t next_ = 1;
    std::shared_ptr<net::ResponseStream> connection_;
    bool over_ = false;
};

class McpSession {
public:
    McpSession(std::string id, McpServices services)
        : id_(std::move(id)), conversation(std::make_shared<McpConversation>(services)) {}
    const std::string& id() const { return id_; }
    std::shared_ptr<McpStream> open_stream();
    std::shared_ptr<McpStream> find_stream(std::uint64_t number);
    /// The stream for messages that belong to no request; one per session, a new GET takes it over.
    std::shared_ptr<McpStream> standing();
    void touch();
    /// No connection, nothing running, untouched for that long.
    bool idle_for(std::chrono::seconds ttl) const;
    void close_standing();
    void close();

private:
    bool primes() const { return conversation->revision() >= "2025-11-25"; }
    const std::string id_;
    mutable std::mutex mutex_;
    std::map<std::uint64_t, std::shared_ptr<McpStream>> streams_;
    std::shared_ptr<McpStream> standing_;
    std::uint64_t next_ = 1;
    std::chrono::steady_clock::time_point used_ = std::chrono::steady_clock::now();

public:
    const std::shared_ptr<McpConversation> conversation;
};

} // namespace rustcoder::server
