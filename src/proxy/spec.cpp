#include "proxy/spec.h"

#include "base/text.h"

#include <charconv>
#include <cstdlib>
#include <fmt/format.h>

namespace rustcoder::proxy {

namespace {

Result<int> parse_port(std::string_view text) {
    int port = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (text.empty() || error != std::errc() || end != text.data() + text.size() || port < 0 || port > 65535)
        return fail(Errc::invalid_input, fmt::format("\"{}\" is no port", text), "-p", "Give a number up to 65535.");
    return port;
}

/// "[::1]:80" and "a:80" into the part before the last colon and the port; brackets are kept.
std::pair<std::string, std::string> cut_port(const std::string& text) {
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    if (colon == std::string::npos || (bracket != std::string::npos && colon < bracket))
        return {text.starts_with('[') ? text : "", text.starts_with('[') ? "" : text};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

} // namespace

Result<ListenSpec> parse_listen(const std::string& text) {
    auto [address, digits] = cut_port(text);
    ListenSpec spec;
    RC_TRY_ASSIGN(spec.port, parse_port(digits));
    if (address.starts_with('[') && address.ends_with(']'))
        address = address.substr(1, address.size() - 2);
    if (!address.empty())
        spec.address = address;
    return spec;
}

Result<RunSpec> parse_run(const std::string& text, bool has_command) {
    RunSpec spec;
    if (has_command) {
        spec.listens = true;
        RC_TRY_ASSIGN(spec.listen, parse_listen(text));
        return spec;
    }
    const auto [rest, port] = cut_port(text);
    if (rest.empty())
        return fail(Errc::invalid_input, "a port alone needs a command to run", "-p " + text,
                    "Add -- COMMAND, or name a server as HOST:PORT.");
    RC_TRY_ASSIGN(const auto number, parse_port(port));
    // PORT:HOST:PORT and IP:PORT:HOST:PORT; a bracketed host has colons of its own.
    const bool ipv6 = rest.ends_with(']');
    const auto host_at = ipv6 ? rest.rfind('[') : rest.rfind(':') == std::string::npos ? 0 : rest.rfind(':') + 1;
    spec.connect = fmt::format("http://{}:{}/sse", rest.substr(host_at), number);
    if (host_at == 0)
        return spec;
    spec.listens = true;
    RC_TRY_ASSIGN(spec.listen, parse_listen(rest.substr(0, host_at - 1)));
    return spec;
}

Result<net::Headers::Field> parse_header(const std::string& text) {
    const auto cut = text.find_first_of("=:");
    if (cut == std::string::npos || cut == 0)
        return fail(Errc::invalid_input, "a header is NAME=VALUE", text);
    std::string value(base::trim(std::string_view(text).substr(cut + 1)));
    for (auto at = value.find("${"); at != std::string::npos; at = value.find("${", at)) {
        const auto end = value.find('}', at);
        if (end == std::string::npos)
            return fail(Errc::invalid_input, "${ without }", text.substr(0, cut));
        const auto name = value.substr(at + 2, end - at - 2);
        const char* found = std::getenv(name.c_str());
        if (!found)
            return fail(Errc::invalid_input, "the environment has no " + name, text.substr(0, cut));
        value.replace(at, end - at + 1, found);
        at += std::string_view(found).size();
    }
    return net::Headers::Field{std::string(base::trim(std::string_view(text).substr(0, cut))), value};
}

} // namespace rustcoder::proxy
