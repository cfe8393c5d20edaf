// HTTP messages as plain values, free of any library. Thread-safe as values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rustcoder::net {

/// Header fields in order; names compare without case.
class Headers {
public:
    using Field = std::pair<std::string, std::string>;
    void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
    /// Replaces every field of that name.
    void set(std::string name, std::string value);
    /// First value, or nullptr.
    const std::string* find(std::string_view name) const;
    std::string_view get(std::string_view name, std::string_view fallback = {}) const;
    std::size_t count(std::string_view name) const;
    const std::vector<Field>& fields() const { return fields_; }

private:
    std::vector<Field> fields_;
};

struct HttpRequest {
    std::string method; // upper case as sent
    std::string target; // as sent
    std::string path;   // percent-decoded, always starts with '/'; no query
    std::string query;  // raw, without '?'
    Headers headers;
    std::string body;
    std::string remote; // "127.0.0.1:40112", "[::1]:40112"

    std::string_view header(std::string_view name) const { return headers.get(name); }
    /// Decoded value of a query parameter, if present and well-formed.
    std::optional<std::string> query_value(std::string_view name) const;
};

struct HttpResponse {
    int status = 200;
    std::string content_type; // empty = no Content-Type
    std::string body;
    Headers headers;
};

std::string_view reason_phrase(int status);
bool iequals(std::string_view a, std::string_view b); // ASCII
/// nullopt on a malformed escape. '+' is left alone unless `form`.
std::optional<std::string> percent_decode(std::string_view s, bool form = false);
/// Cuts a request target into path and query; accepts origin-form and absolute-form. False when malformed (bad escape,
/// NUL or control characters in the path, not starting with '/').
bool parse_target(std::string_view target, std::string& path, std::string& query);
/// True if a comma-separated header value has the token (parameters after ';' ignored, no case).
bool has_token(std::string_view value, std::string_view token);

/// One Server-Sent Event. `data` may have several lines. Empty `event`/`id` are left out; retry_ms 0 too.
std::string sse_event(std::string_view data, std::string_view event = {}, std::string_view id = {}, int retry_ms = 0);

} // namespace rustcoder::net
