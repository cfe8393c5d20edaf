#include "mcp/http_headers.h"

#include "base/text.h"
#include "mcp/http.h"

#include <charconv>
#include <fmt/core.h>

namespace rustcoder::mcp {

std::optional<std::string> decode_header(std::string_view value) {
    constexpr std::string_view open = "=?base64?", close = "?=";
    if (value.size() < open.size() + close.size() || !value.starts_with(open) || !value.ends_with(close))
        return std::string(value);
    return from_base64(value.substr(open.size(), value.size() - open.size() - close.size()));
}

namespace {

std::string wrong(std::string_view header, std::string_view what) {
    return fmt::format("Header {} {}", header, what);
}

/// Empty when the header is there once and says `body`.
std::string differs(const net::HttpRequest& request, std::string_view header, std::string_view body) {
    if (request.headers.count(header) != 1)
        return wrong(header, request.headers.count(header) == 0 ? "is missing" : "comes several times");
    const auto value = decode_header(base::trim(request.header(header)));
    if (!value)
        return wrong(header, "is not valid base64");
    return *value == body ? std::string()
                          : fmt::format("Header {} is \"{}\", the body says \"{}\"", header, *value, body);
}

bool same(std::string_view header, const json::value& body) {
    if (body.is_string())
        return header == std::string_view(body.get_string());
    if (body.is_bool())
        return header == (body.get_bool() ? "true" : "false");
    if (!body.is_number())
        return false;
    double number = 0;
    const auto [end, ec] = std::from_chars(header.data(), header.data() + header.size(), number);
    return ec == std::errc() && end == header.data() + header.size() && number == body.to_number<double>();
}

/// Parameters that a tool's schema wants repeated in headers, so that gateways can route without reading the body.
std::string parameter_mismatch(const net::HttpRequest& request, const json::object& schema,
                               const json::object& values) {
    const auto* properties = base::get_object(schema, "properties");
    if (!properties)
        return {};
    for (const auto& member : *properties) {
        const auto* property = member.value().if_object();
        if (!property)
            continue;
        const auto* value = values.if_contains(member.key());
        if (const auto* inner = value ? value->if_object() : nullptr)
            if (auto bad = parameter_mismatch(request, *property, *inner); !bad.empty())
                return bad;
        const auto name = base::get_string(*property, "x-mcp-header");
        if (name.empty())
            continue;
        const auto header = "Mcp-Param-" + std::string(name);
        const bool given = value && !value->is_null();
        if (!given && request.headers.count(header) == 0)
            continue;
        if (!given || request.headers.count(header) != 1)
            return wrong(header, given ? "must be there once, as the body has its value" : "has no value in the body");
        const auto text = decode_header(base::trim(request.header(header)));
        if (!text)
            return wrong(header, "is not valid base64");
        if (!same(*text, *value))
            return fmt::format("Header {} is \"{}\", the body says {}", header, *text, base::dump(*value));
    }
    return {};
}

std::string_view name_of(const Message& m) {
    if (m.method == "tools/call" || m.method == "prompts/get")
        return "name";
    if (m.method == "resources/read")
        return "uri";
    return base::one_of(m.method, {"tasks/get", "tasks/update", "tasks/cancel"}) ? "taskId" : std::string_view();
}

} // namespace

std::string header_mismatch(const net::HttpRequest& request, const Message& m, const Tool* tool) {
    if (auto bad = differs(request, "MCP-Protocol-Version", m.revision()); !bad.empty())
        return bad;
    if (auto bad = differs(request, "Mcp-Method", m.method); !bad.empty())
        return bad;
    if (const auto key = name_of(m); !key.empty() && m.params.contains(key))
        if (auto bad = differs(request, "Mcp-Name", base::get_string(m.params, key)); !bad.empty())
            return bad;
    if (!tool)
        return {};
    const auto* arguments = base::get_object(m.params, "arguments");
    return parameter_mismatch(request, tool->input_schema, arguments ? *arguments : json::object());
}

// --- who may ask

namespace {

std::string_view host_of(std::string_view authority) {
    if (authority.starts_with('[')) {
        const auto end = authority.find(']');
        return end == std::string_view::npos ? std::string_view() : authority.substr(1, end - 1);
    }
    return authority.substr(0, authority.find(':'));
}

bool loopback(std::string_view name) {
    return net::iequals(name, "localhost") || name == "::1" || name.starts_with("127.");
}

bool listed(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::any_of(list, [&](const auto& item) { return item == "*" || net::iequals(item, value); });
}

} // namespace

bool host_allowed(const HostPolicy& policy, const net::HttpRequest& request, std::string& why) {
    const bool local = loopback(policy.address);
    const auto host = request.header("Host");
    const auto name = host_of(host);
    // Browsers always send a Host; only HTTP/1.0 probes do not.
    const bool known = host.empty() || loopback(name) || name == policy.address || listed(policy.hosts, name) ||
                       listed(policy.hosts, host) || (!local && policy.hosts.empty());
    if (!known || request.headers.count("Host") > 1) {
        why = fmt::format("This server does not answer for the host \"{}\".", host);
        return false;
    }
    const auto* origin = request.headers.find("Origin");
    if (!origin || listed(policy.origins, *origin))
        return true;
    const auto scheme = origin->find("://");
    const auto authority =
        scheme == std::string::npos ? std::string_view() : std::string_view(*origin).substr(scheme + 3);
    // The server's own page; and, on a machine of one's own, pages served from it.
    if (!authority.empty() && (net::iequals(authority, host) || (local && loopback(host_of(authority)))))
        return true;
    why = fmt::format("Pages of \"{}\" may not use this server.", *origin);
    return false;
}

} // namespace rustcoder::mcp
