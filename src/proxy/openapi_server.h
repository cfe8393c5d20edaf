// `rustcoder proxy --openapi`: an HTTP service with an OpenAPI description as an MCP server.
#pragma once

#include "mcp/server.h"
#include "proxy/front.h"
#include "proxy/openapi_request.h"

namespace rustcoder::proxy {

struct OpenApiOptions {
    std::string source; // file or URL
    std::string base;   // empty: as the description says
    OperationFilter filter;
    net::Headers headers;
    std::string key;
    AnswerLimits limits;
    std::chrono::milliseconds timeout{60'000};
    net::ClientOptions client;
};

struct OpenApiService;
/// Reads the description. Errors: those of reading it; invalid_input (no operation is left, no base address).
Result<std::shared_ptr<OpenApiService>> load_openapi(const OpenApiOptions& options, Workers& workers);
std::size_t tool_count(const OpenApiService& service);
std::shared_ptr<mcp::Server> openapi_server(const std::shared_ptr<OpenApiService>& service);
/// Over stdio, or on the network when `front` is given. Blocks until `stop` fires or the input ends.
Status run_openapi(const OpenApiOptions& options, const std::optional<FrontOptions>& front, std::stop_token stop,
                   const std::function<void(const std::string& url, std::size_t tools)>& on_started);

} // namespace rustcoder::proxy
