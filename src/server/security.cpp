// Who may ask: Host, Origin and key.
#include "server/face.h"

#include "base/text.h"

namespace rustcoder::server {

std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
    }
    return authority.substr(0, authority.find(':'));
}

bool is_loopback(std::string_view address) {
    return net::iequals(address, "localhost") || address == "::1" || address.starts_with("127.");
}

namespace {

bool listed(const std::vector<std::string>& list, std::string_view value) {
    for (const auto& item : list)
        if (item == "*" || net::iequals(item, value))
            return true;
    return false;
}

std::string_view authority_of(std::string_view origin) {
    const auto scheme = origin.find("://");
    return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

} // namespace

bool host_allowed(const ServerOptions& options, const net::HttpRequest& request, std::string& why) {
    const bool local = is_loopback(options.http.address);
    const auto host = request.header("Host");
    if (request.headers.count("Host") > 1) {
        why = "The request has several Host headers.";
        return false;
    }
    const auto name = host_of(host);
    // Browsers always send a Host; only HTTP/1.0 probes do not.
    const bool known = host.empty() || is_loopback(name) || listed(options.allowed_hosts, name) ||
                       listed(options.allowed_hosts, host) || (!local && options.allowed_hosts.empty()) ||
                       (local && name == options.http.address);
    if (!known) {
        why = "This server does not answer for the host \"" + std::string(host) +
              "\". Add it to RUSTCODER_ALLOWED_HOSTS.";
        return false;
    }
    const auto* origin = request.headers.find("Origin");
    if (!origin || listed(options.allowed_origins, *origin))
        return true;
    const auto authority = authority_of(*origin);
    // The server's own page; and, on a machine of one's own, pages served from it.
    if (!authority.empty() && (net::iequals(authority, host) || (local && is_loopback(host_of(authority)))))
        return true;
    why = "Pages of \"" + *origin + "\" may not use this server. Add it to RUSTCODER_ALLOWED_ORIGINS.";
    return false;
}

bool key_matches(const ServerOptions& options, const net::HttpRequest& request) {
    if (options.api_key.empty())
        return true;
    std::string_view given = request.header("X-API-Key");
    const auto authorization = request.header("Authorization");
    if (authorization.size() > 7 && net::iequals(authorization.substr(0, 7), "bearer "))
        given = base::trim(authorization.substr(7));
    // Equal-length digests compared without an early exit: time tells nothing about the key.
    const auto a = base::sha256_hex(given), b = base::sha256_hex(options.api_key);
    unsigned char difference = 0;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i)
        difference |= static_cast<unsigned char>(a[i] ^ b[i]);
    return difference == 0;
}

} // namespace rustcoder::server
