// One request and its answer on a libcurl multi handle that the caller owns alone. Private to net/.
#pragma once

#include "net/http_client.h"

#include <curl/curl.h>

namespace rustcoder::net {

struct MultiDeleter {
    void operator()(CURLM* m) const { curl_multi_cleanup(m); }
};
using Multi = std::unique_ptr<CURLM, MultiDeleter>;

/// A checked address. `place` is what may be shown: no credentials, no query.
struct Address {
    std::string url, origin, host, place;
    bool secure = false;
};
Result<Address> parse_address(const std::string& url);
/// The address that a Location header names, seen from `base`.
Result<Address> resolve_address(const Address& base, const std::string& location);

/// A status that sends the client elsewhere, given a Location.
bool is_redirect(int status);

struct TransferHooks {
    const std::function<bool(std::string_view)>& on_data;
    const std::function<bool(const ClientResponse&)>& on_response;
    bool hold_redirects; // 3xx with a Location: neither hook is called
};

/// Runs one request to its end on the caller's thread. No redirects. `deadline` is the end of the total time.
Result<ClientResponse> transfer(CURLM* multi, const ClientOptions& options, const ClientRequest& request,
                                const Address& address, std::chrono::steady_clock::time_point deadline,
                                const std::stop_token& stop, const TransferHooks& hooks);

} // namespace rustcoder::net
