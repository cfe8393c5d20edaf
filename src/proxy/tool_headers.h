// Header values of the modern era that repeat parts of a request's body: their encoding, and which arguments of which
// tool are repeated (x-mcp-header in the tools' schemas, learned from every tools/list that passes). Thread-safe.
#pragma once

#include "proxy/message.h"

#include "net/http.h"

#include <map>
#include <mutex>

namespace rustcoder::proxy {

/// As a header carries it: plain where that is safe, else =?base64?...?=
std::string header_value(std::string_view text);
/// nullopt: the encoding is broken or characters are not allowed.
std::optional<std::string> decode_header_value(std::string_view value);

class ToolHeaders {
public:
    /// A tools/list answer; anything else is ignored.
    void learn(const Message& answer);
    /// Mcp-Param-* for a tools/call.
    net::Headers headers_for(const Message& request) const;
    /// Why the headers do not fit the request; empty when they do, or when nothing is known about the tool.
    std::string mismatch(const Message& request, const net::Headers& headers) const;

private:
    struct Parameter {
        std::string header;
        std::vector<std::string> path;
    };
    std::vector<std::pair<std::string, std::string>> values(const Message& request,
                                                            std::vector<std::string>* all = nullptr) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::vector<Parameter>> tools_;
};

/// Standard headers of a stateless request: version, method, name.
net::Headers standard_headers(const Message& request);
/// Why they do not fit; empty when they do.
std::string standard_mismatch(const Message& request, const net::Headers& headers);

} // namespace rustcoder::proxy
