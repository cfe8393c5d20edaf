// An MCP server behind HTTP: Streamable HTTP (with sessions, or stateless requests of 2026-07-28), or the HTTP+SSE
// transport of 2024-11-05.
#pragma once

#include "net/http_client.h"
#include "proxy/upstream.h"
#include "proxy/workers.h"

namespace rustcoder::proxy {

struct RemoteOptions {
    enum class Transport { automatic, streamable, sse };
    std::string url;
    net::Headers headers;                       // added to every request: authorisation and what the user wants
    Transport transport = Transport::automatic; // sse for a path that ends in /sse, or when the server knows no POST
    std::size_t longest_message = 32u << 20;
    int connect_tries = 5; // for a server that is not up yet, with growing pauses
};

/// Makes conversations with one server; remembers which transport it speaks. `workers` outlives all of them.
MakeUpstream remote_upstream(RemoteOptions options, Workers& workers, net::ClientOptions client = {});

} // namespace rustcoder::proxy
