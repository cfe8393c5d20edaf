// JSON-RPC 2.0 and the words of the Model Context Protocol: revisions, error codes, message shapes. Pure, thread-safe.
#pragma once

#include "base/json.h"

#include <string>
#include <string_view>

namespace rustcoder::mcp {

namespace json = base::json;

inline constexpr std::string_view modern_revision = "2026-07-28"; // stateless: every request carries its own _meta
inline constexpr std::string_view latest_legacy = "2025-11-25";   // the newest that begins with initialize
inline constexpr std::string_view batch_revision = "2025-03-26";  // the only one with JSON-RPC batches
inline constexpr std::size_t largest_batch = 1000;
bool legacy_revision(std::string_view revision);

namespace meta {
inline constexpr std::string_view revision = "io.modelcontextprotocol/protocolVersion",
                                  client_info = "io.modelcontextprotocol/clientInfo",
                                  client_capabilities = "io.modelcontextprotocol/clientCapabilities",
                                  server_info = "io.modelcontextprotocol/serverInfo",
                                  log_level = "io.modelcontextprotocol/logLevel",
                                  subscription = "io.modelcontextprotocol/subscriptionId",
                                  related_task = "io.modelcontextprotocol/related-task";
} // namespace meta
inline constexpr std::string_view tasks_extension = "io.modelcontextprotocol/tasks";

namespace rpc {
inline constexpr int parse_error = -32700, invalid_request = -32600, method_not_found = -32601, invalid_params = -32602,
                     internal_error = -32603;
inline constexpr int header_mismatch = -32020, missing_capability = -32021, unsupported_revision = -32022; // modern
inline constexpr int session_not_found = -32001, resource_not_found = -32002;                              // legacy
json::object request(const json::value& id, std::string_view method, json::object params);
json::object notification(std::string_view method, json::object params = {});
json::object result(const json::value& id, json::object result);
json::object error(const json::value& id, int code, std::string_view message, json::value data = nullptr);
} // namespace rpc

/// What a JSON-RPC error carries.
struct Fault {
    int code = rpc::internal_error;
    std::string message;
    json::value data; // null = none
};

struct Message {
    enum class Kind { request, notification, response, invalid } kind = Kind::invalid;
    json::value id;              // null when there is none
    std::string method, problem; // problem: why it is invalid
    json::object params;
    json::object response; // kind response: the whole message
    const json::object* meta() const { return base::get_object(params, "_meta"); }
    /// The revision named in _meta: a stateless request.
    std::string_view revision() const;
};
Message classify(const json::value& value);
Message classify(json::value&& value);

/// Why an array of messages is not taken; nullptr when it is.
const char* batch_problem(const json::array& batch, std::string_view revision);

/// 0 (debug) .. 7 (emergency); -1 for an unknown word.
int log_rank(std::string_view level);
/// 32 hex digits from the system's random source; for session, task and subscription ids.
std::string random_id();

} // namespace rustcoder::mcp
