// The stdio side of the proxy: for a client that starts us as its server and speaks JSON-RPC lines.
#pragma once

#include "proxy/relay.h"

namespace rustcoder::proxy {

struct StdioFrontOptions {
    std::size_t longest_line = 64u << 20;
    std::chrono::milliseconds end_grace{1'500}; // for requests that run when the input ends
};

/// Serves until the end of `in` or `stop`. Blocks. Nothing but messages is written to `out`.
Status serve_stdio(int in, int out, MakeUpstream make, Workers& workers, std::stop_token stop,
                   StdioFrontOptions options = {});

} // namespace rustcoder::proxy
