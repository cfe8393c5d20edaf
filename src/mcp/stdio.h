// MCP over stdio: one JSON-RPC message a line in both directions, nothing else on the output.
#pragma once

#include "mcp/server.h"

namespace rustcoder::mcp {

struct StdioOptions {
    std::size_t longest_line = 64u << 20;
    std::chrono::milliseconds end_grace{1'500}; // running calls may finish after the end of input
};

/// Serves until the end of input, then cancels what still runs. Blocks.
Status serve_stdio(int in, int out, const std::shared_ptr<Server>& server, StdioOptions options = {});

} // namespace rustcoder::mcp
