// `rustcoder serve` and `rustcoder mcp`: the faces over one core. docs/server.md tells the story of a request.
#pragma once

#include "net/http_server.h"
#include "server/jobs.h"
#include "server/use_cases.h"

#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace rustcoder::server {

struct ServerOptions {
    net::HttpServerOptions http; // address 127.0.0.1, port 8000
    JobOptions jobs;
    std::string api_key;                      // empty = no authorisation; RUSTCODER_API_KEY
    bool insecure = false;                    // listen beyond loopback without a key
    std::vector<std::string> allowed_hosts;   // further Host names that are answered ("api" in a compose file)
    std::vector<std::string> allowed_origins; // further browser origins ("https://example.org")
    std::chrono::seconds session_ttl{3600};   // of MCP sessions without a connection
    std::size_t max_sessions = 4096;

    /// RUSTCODER_API_KEY, RUSTCODER_ALLOWED_HOSTS and RUSTCODER_ALLOWED_ORIGINS (comma-separated), API_HOST is ignored,
    /// API_PORT sets the port.
    static ServerOptions from_environment();
};

/// Thread-safe. Owns its threads: one for I/O, one for large requests, one for timers, and the workers.
class Server {
public:
    /// Errors: those of HttpServer::start; denied when asked to listen beyond loopback without a key.
    static Result<std::unique_ptr<Server>> start(ServerOptions options, std::shared_ptr<UseCases> use_cases);
    static Result<std::unique_ptr<Server>> start(ServerOptions options, EnvironmentProvider provider,
                                                 KnowledgeSetup knowledge = {});
    virtual ~Server() = default;
    virtual int port() const = 0;
    virtual std::string url() const = 0;
    /// Stops accepting, lets running work finish within the grace time, then cancels it. Idempotent. True when nothing
    /// had to be cancelled.
    virtual bool stop(std::chrono::milliseconds grace) = 0;
};

/// Starts, calls `on_started`, waits for SIGTERM or SIGINT, drains (a second signal cancels at once). Call it before
/// any other thread exists: it blocks the two signals.
Status serve_until_signal(ServerOptions options, EnvironmentProvider provider,
                          const std::function<void(const Server&)>& on_started,
                          std::chrono::milliseconds grace = std::chrono::seconds(30), KnowledgeSetup knowledge = {});

struct StdioOptions {
    JobOptions jobs;
    /// At the end of input running calls may still finish for that long (a pipe `printf ... | rustcoder mcp` gets its
    /// answers); idle servers leave at once.
    std::chrono::milliseconds end_grace{1500};
};

/// MCP over stdio: reads JSON-RPC lines until the end of `in`, writes nothing but JSON-RPC lines to `out`. Does nothing
/// with side effects before the first tool call.
Status run_mcp_stdio(int in, int out, std::shared_ptr<UseCases> use_cases, StdioOptions options = {});
Status run_mcp_stdio(int in, int out, EnvironmentProvider provider, StdioOptions options = {},
                     KnowledgeSetup knowledge = {});

extern const char* const version;

} // namespace rustcoder::server
