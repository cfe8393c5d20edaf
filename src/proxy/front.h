// The network side of the proxy: /mcp (Streamable HTTP of both eras), /sse with /message (2024-11-05), /healthz.
#pragma once

#include "proxy/relay.h"
#include "server/server.h"

namespace rustcoder::proxy {

struct FrontOptions {
    server::ServerOptions server; // address, key, hosts, origins, session_ttl, max_sessions
    bool shared = false;          // one upstream for all sessions
    std::chrono::milliseconds keep_alive{15'000};
    std::string what; // what is behind, for /healthz
};

class Front {
public:
    /// Errors: those of HttpServer::start; denied when asked to listen beyond loopback without a key. `workers`
    /// outlives the front.
    static Result<std::unique_ptr<Front>> start(FrontOptions options, MakeUpstream make, Workers& workers);
    virtual ~Front() = default;
    virtual int port() const = 0;
    virtual std::string url() const = 0;
    /// Ends the sessions and with them their servers. Idempotent.
    virtual void stop() = 0;
};

/// An answer of HTTP for those who may not ask or ask nonsense; nullopt: go on. Also answers OPTIONS of allowed pages.
std::optional<net::HttpResponse> refuse_stranger(const server::ServerOptions& options, const net::HttpRequest& request);
/// For pages that may use this server; nothing else.
void allow_page(const net::HttpRequest& request, net::Headers& headers);
/// denied when the address needs a key that is not there.
Status check_exposure(const server::ServerOptions& options);

} // namespace rustcoder::proxy
