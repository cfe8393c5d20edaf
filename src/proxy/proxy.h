// `rustcoder proxy`: joins MCP clients and servers that speak over different transports.
#pragma once

#include "proxy/child.h"
#include "proxy/front.h"
#include "proxy/remote.h"

#include <optional>
#include <stop_token>

namespace rustcoder::proxy {

struct ProxyOptions {
    // Behind: one of the two.
    std::optional<ChildOptions> child;
    std::optional<RemoteOptions> remote;
    net::ClientOptions client;
    // In front: the network, or stdio.
    std::optional<FrontOptions> front;
};

/// Runs until `stop` fires or, on stdio, the input ends. `on_started` gets the address that is listened on.
Status run_proxy(ProxyOptions options, std::stop_token stop, const std::function<void(const Front&)>& on_started);

} // namespace rustcoder::proxy
