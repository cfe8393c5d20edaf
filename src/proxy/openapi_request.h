// A tool call as the HTTP request that the description wants, and the HTTP answer as a tool result. Pure.
#pragma once

#include "net/http_client.h"
#include "proxy/openapi_operations.h"

namespace rustcoder::proxy {

struct Service {
    std::string base; // without a slash at the end
    net::Headers headers;
    std::string key; // put where the operation's security scheme wants it; empty = none
};

/// Errors: invalid_input, with a text that says how to call it right.
Result<net::ClientRequest> build_request(const Service& service, const Operation& operation,
                                         const json::object& arguments);

struct AnswerLimits {
    std::size_t bytes = 100u << 10; // of text that the model gets
};
mcp::ToolResult shape_answer(const Operation& operation, const net::ClientResponse& response,
                             const AnswerLimits& limits, bool cut);

/// RFC 3986; `keep` are further characters that stay.
std::string percent_encode(std::string_view text, std::string_view keep = {});

} // namespace rustcoder::proxy
