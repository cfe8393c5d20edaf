// What the HTTP headers of a stateless request must say about its body, and who may ask at all. Pure. Private.
#pragma once

#include "mcp/server.h"
#include "net/http.h"

namespace rustcoder::mcp {

/// Empty when the headers say the same as the body. `tool`: of a tools/call, if it is known.
std::string header_mismatch(const net::HttpRequest& request, const Message& m, const Tool* tool);
/// "=?base64?...?=" decoded, anything else as it is; nullopt when the base64 is broken.
std::optional<std::string> decode_header(std::string_view value);

} // namespace rustcoder::mcp
