// A model server: where it is, how it is spoken to, and what its errors mean. Thread-safe.
#pragma once

#include "model/retry.h"
#include "net/http_client.h"

namespace rustcoder::model {

struct Endpoint {
    std::string base; // "http://localhost:8080/v1": paths are put behind it
    std::string key;  // empty = no credentials are sent (not an empty header: some servers check only what is there)
    net::Headers headers;          // sent with every request
    bool key_as_x_api_key = false; // Anthropic; all others: Authorization: Bearer
};

/// Trims, cuts trailing slashes and the path of one call. Errors: invalid_input.
Result<std::string> normalise_base(std::string_view base);

/// What a server said with a status that is no success, in one line: {"error": {...}}, {"error": "..."}, {"detail"},
/// {"message"}, plain text or a page of HTML. `secret` is blotted out.
std::string error_text(std::string_view body, std::string_view secret);

struct Post {
    std::string_view path; // behind the endpoint's base
    std::string body;      // JSON
    net::ClientTimeouts timeouts;
    std::function<Clock::time_point()> give_up_at = {};           // as net::ClientRequest has it
    std::function<bool(std::string_view)> on_data = {};           // sees only the body of a success
    std::function<void(const net::ClientResponse&)> on_head = {}; // likewise
};
/// Anything but a status of success becomes a Failure that says whether to ask again.
Attempt<net::ClientResponse> post_json(net::HttpClient& client, const Endpoint& endpoint, Post post,
                                       const std::stop_token& stop);

/// The failure of a transport.
Failure transport_failure(Error error);
/// The failure that an answer with this status is.
Failure status_failure(const net::ClientResponse& response, const Endpoint& endpoint, std::string_view place);

} // namespace rustcoder::model
