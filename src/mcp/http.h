// MCP over HTTP: Streamable HTTP (sessions of the legacy revisions, stateless requests of 2026-07-28) and the HTTP+SSE
// transport of 2024-11-05. Functions for the routes of whoever has the HTTP server. Thread-safe.
#pragma once

#include "mcp/server.h"
#include "net/http_server.h"

namespace rustcoder::mcp {

struct HttpOptions {
    std::size_t max_sessions = 10'000;
    std::chrono::seconds session_ttl{1'800};      // without connection, call or request
    std::chrono::milliseconds keep_alive{15'000}; // a comment on silent streams
    std::chrono::milliseconds retry{1'000};       // what clients are told to wait before they resume
    std::string message_path = "/message";        // where clients of the old transport post; told in `endpoint`
};

class HttpSession;

class HttpTransport {
public:
    using Request = net::HttpRequest;
    using Answer = std::shared_ptr<net::Responder>;
    HttpTransport(std::shared_ptr<Server> server, HttpOptions options = {});
    ~HttpTransport();
    /// POST, GET and DELETE of the one endpoint; 405 for the rest. `principal`: who authenticated, empty = anyone.
    void handle(const Request& request, const Answer& answer, const std::string& principal = {});
    /// GET of the old transport: the stream, whose first event says where to post.
    void open_sse(const Request& request, const Answer& answer, const std::string& principal = {});
    /// POST of the old transport, with ?sessionId=
    void post_message(const Request& request, const Answer& answer, const std::string& principal = {});
    std::size_t sessions() const;
    /// Ends the streams that only listen, so that a drain need not wait for them.
    void close_idle_streams();
    /// Ends all sessions. Idempotent.
    void close();

private:
    struct Shared;
    const std::shared_ptr<Shared> shared_; // outlives the transport in timers
};

/// Who may ask (DNS rebinding, foreign pages): the Host and Origin that a server answers.
struct HostPolicy {
    std::string address = "127.0.0.1"; // bound to; loopback names and origins are allowed when it is a loopback address
    std::vector<std::string> hosts, origins;
};
/// False with the reason.
bool host_allowed(const HostPolicy& policy, const net::HttpRequest& request, std::string& why);

} // namespace rustcoder::mcp
