// Outgoing HTTP/1.1 and HTTP/2 (libcurl). Thread-safe; a call blocks its own thread only.
//
// Nothing is taken from the environment: no proxy variables, no .netrc, no cookies, no .curlrc. A proxy or a private
// certificate authority is used when ClientOptions name one.
#pragma once

#include "base/result.h"
#include "net/http.h"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>

namespace rustcoder::net {

struct ClientTimeouts { // zero = none
    std::chrono::milliseconds connect{5'000};
    std::chrono::milliseconds first_byte{60'000}; // from the request sent to the first byte of the body
    std::chrono::milliseconds idle{60'000};       // between two pieces of the body
    std::chrono::milliseconds total{300'000};
};

struct ClientRequest {
    std::string method = "GET";
    std::string url; // http and https only
    Headers headers;
    std::string body;
    ClientTimeouts timeouts;
    std::size_t max_body = 64u << 20; // more is an error, never a silent cut
    /// Asked whenever the call is about to wait: past this time it ends as a timeout. For deadlines that depend on what
    /// has come so far.
    std::function<std::chrono::steady_clock::time_point()> give_up_at;
    int max_redirects = 0; // followed only for GET and HEAD, never with credentials to another host, never from https
                           // to http
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    std::string body; // empty when on_data took it
};

struct ClientOptions {
    std::string proxy;                 // "http://host:port"; empty = none
    std::string ca_file;               // PEM bundle in place of the system's
    std::size_t idle_connections = 16; // kept for later calls; 0 = none
};

/// Connections are kept alive and shared by all callers of one client. Any status is a response, not an error. Errors:
/// invalid_input (URL, method, header), unavailable (cannot connect, TLS, connection lost; the cause in words), timeout
/// (which phase), limit (max_body, headers), cancelled. `on_response` sees status and headers first; `on_data` each
/// piece as it comes; returning false ends the call as cancelled. Error texts name the address without its query and
/// without credentials.
class HttpClient {
public:
    HttpClient();
    explicit HttpClient(ClientOptions options);
    ~HttpClient();
    Result<ClientResponse> send(const ClientRequest& request, std::stop_token stop = {},
                                const std::function<bool(std::string_view)>& on_data = {},
                                const std::function<bool(const ClientResponse&)>& on_response = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

/// Reads a text/event-stream piece by piece (WHATWG HTML, 9.2.6): CR, LF, CRLF, BOM, comments, multi-line data, id and
/// retry. Bounded: an event larger than `max_event` bytes is an error (limit). An event that the end of the stream cuts
/// is never delivered.
struct SseMessage {
    std::string event = "message", data, id;
    std::optional<int> retry_ms;
};
class SseReader {
public:
    explicit SseReader(std::size_t max_event = 16u << 20) : max_event_(max_event) {}
    /// Calls `on_message` for each event completed by this piece; false from it ends reading: what follows is ignored.
    Status feed(std::string_view piece, const std::function<bool(const SseMessage&)>& on_message);

private:
    void line(std::string_view text);

    std::size_t max_event_;
    std::string buffer_, last_id_; // an unfinished line; the id that later events inherit
    SseMessage pending_;
    std::size_t skip_bom_ = 0; // bytes of a byte-order mark seen at the very start
    bool has_data_ = false, start_ = true, skip_lf_ = false, stopped_ = false;
};

} // namespace rustcoder::net
