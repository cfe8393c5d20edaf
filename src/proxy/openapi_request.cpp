#include "proxy/openapi_request.h"

#include "base/text.h"

#include <fmt/format.h>

namespace rustcoder::proxy {

namespace {

using In = Parameter::In;

std::string text_of(const json::value& v) {
    return v.is_string() ? std::string(v.get_string()) : v.is_null() ? std::string() : base::dump(v);
}

std::vector<std::string> items_of(const json::value& v) {
    std::vector<std::string> out;
    if (const auto* list = v.if_array())
        for (const auto& item : *list)
            out.push_back(text_of(item));
    else if (const auto* object = v.if_object())
        for (const auto& member : *object) {
            out.emplace_back(member.key());
            out.push_back(text_of(member.value()));
        }
    else
        out.push_back(text_of(v));
    return out;
}

template <class Encode> std::string joined(const std::vector<std::string>& items, const char* with, Encode encode) {
    std::string out;
    for (const auto& item : items)
        out += (&item == items.data() ? "" : with) + encode(item);
    return out;
}

/// One path parameter (simple, label, matrix).
std::string path_value(const Parameter& p, const json::value& v) {
    const auto encode = [&](const std::string& s) { return percent_encode(s, p.segments ? "/" : ""); };
    const auto* object = v.if_object();
    const bool label = p.style == "label", matrix = p.style == "matrix";
    std::string out = label ? "." : matrix ? ";" : "";
    if (object && p.explode) {
        for (const auto& member : *object)
            out += (&member == &*object->begin() ? ""
                    : label                      ? "."
                    : matrix                     ? ";"
                                                 : ",") +
                   encode(std::string(member.key())) + "=" + encode(text_of(member.value()));
        return out;
    }
    if (matrix && p.explode && v.is_array())
        return out + joined(items_of(v), ";", [&](const std::string& s) { return encode(p.name) + "=" + encode(s); });
    return out + (matrix ? encode(p.name) + "=" : "") + joined(items_of(v), label && p.explode ? "." : ",", encode);
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A query or cookie parameter as pairs that are not encoded yet. A separator inside a value is encoded by itself.
void query_pairs(const Parameter& p, const json::value& v, std::string& out, char between) {
    const auto add = [&](const std::string& name, const std::string& encoded) {
        if (!out.empty())
            out += between == ';' ? "; " : std::string(1, between);
        out += percent_encode(name, "[]") + "=" + encoded;
    };
    const auto encode = [](const std::string& s) { return percent_encode(s); };
    const auto* object = v.if_object();
    if (p.as_json)
        return add(p.name, percent_encode(base::dump(v)));
    if (p.style == "deepObject" && object) {
        for (const auto& member : *object)
            for (const auto& item :
                 member.value().is_array() ? items_of(member.value()) : std::vector{text_of(member.value())})
                add(p.name + "[" + std::string(member.key()) + "]", encode(item));
        return;
    }
    if (p.explode && object) {
        for (const auto& member : *object)
            add(std::string(member.key()), encode(text_of(member.value())));
        return;
    }
    if (p.explode && v.is_array()) {
        for (const auto& item : items_of(v))
            add(p.name, encode(item));
        return;
    }
    add(p.name, joined(items_of(v),
                       p.style == "spaceDelimited"  ? "%20"
                       : p.style == "pipeDelimited" ? "%7C"
                                                    : ",",
                       encode));
}

std::string form_body(const json::value& v) {
    std::string out;
    if (const auto* object = v.if_object())
        for (const auto& member : *object)
            for (const auto& item :
                 member.value().is_array() ? items_of(member.value()) : std::vector{text_of(member.value())})
                out += (out.empty() ? "" : "&") + percent_encode(member.key()) + "=" + percent_encode(item);
    return out;
}

std::string multipart_body(const json::value& v, const std::string& boundary) {
    std::string out;
    if (const auto* object = v.if_object())
        for (const auto& member : *object)
            for (const auto& item :
                 member.value().is_array() ? items_of(member.value()) : std::vector{text_of(member.value())}) {
                const bool json = member.value().is_object();
                out += fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"\r\n{}\r\n{}\r\n", boundary,
                                   percent_encode(member.key(), " []"),
                                   json ? "Content-Type: application/json\r\n" : "", item);
            }
    return out + "--" + boundary + "--\r\n";
}

Status check_arguments(const Operation& operation, const json::object& arguments) {
    std::string known;
    for (const auto& p : operation.parameters)
        known += (known.empty() ? "" : ", ") + p.argument;
    if (!operation.body_type.empty())
        known += known.empty() ? "body" : ", body";
    for (const auto& argument : arguments) {
        const bool is_body = argument.key() == "body" && !operation.body_type.empty();
        const bool fits = is_body || std::any_of(operation.parameters.begin(), operation.parameters.end(),
                                                 [&](const Parameter& p) { return p.argument == argument.key(); });
        if (!fits)
            return fail(Errc::invalid_input,
                        fmt::format("{} has no argument \"{}\". It takes: {}", operation.tool.name,
                                    std::string_view(argument.key()), known.empty() ? "nothing" : known));
    }
    const auto missing = [&](const std::string& name) {
        const auto* v = arguments.if_contains(name);
        return !v || v->is_null();
    };
    for (const auto& p : operation.parameters)
        if (p.required && missing(p.argument))
            return fail(Errc::invalid_input, fmt::format("the argument \"{}\" is required. {} takes: {}", p.argument,
                                                         operation.tool.name, known));
    if (operation.body_required && missing("body"))
        return fail(Errc::invalid_input, fmt::format("the argument \"body\" is required: {}", operation.body_type));
    return {};
}

/// A value may not climb out of its place in the path.
Status check_path_value(const Parameter& p, const std::string& value) {
    for (const auto part : base::split(value, '/'))
        if (part == "." || part == ".." || value.empty())
            return fail(Errc::invalid_input, fmt::format("the argument \"{}\" may not be empty, . or ..", p.argument));
    return {};
}

void add_body(const Operation& operation, const json::value& body, net::ClientRequest& request) {
    const std::string_view type = operation.body_type;
    auto shown = operation.body_type;
    if (type.starts_with("application/x-www-form-urlencoded")) {
        request.body = body.is_string() ? std::string(body.get_string()) : form_body(body);
    } else if (type.starts_with("multipart/form-data")) {
        const auto boundary = "rustcoder-" + base::sha256_hex(base::dump(body)).substr(0, 24);
        request.body = multipart_body(body, boundary);
        shown = "multipart/form-data; boundary=" + boundary;
    } else if (base::has(type, "json")) {
        request.body = base::dump(body);
    } else {
        request.body = text_of(body);
    }
    request.headers.set("Content-Type", shown);
}

/// The query and cookie that the key needs; headers are set at once.
void add_key(const Service& service, const Credential& credential, net::ClientRequest& request, std::string& query,
             std::string& cookies) {
    using Kind = Credential::Kind;
    if (service.key.empty())
        return;
    if (credential.kind == Kind::bearer)
        request.headers.set("Authorization", "Bearer " + service.key);
    else if (credential.kind == Kind::basic)
        request.headers.set("Authorization", "Basic " + mcp::base64(service.key));
    else if (credential.kind == Kind::header)
        request.headers.set(credential.name, service.key);
    else if (credential.kind == Kind::query)
        query += (query.empty() ? "" : "&") + percent_encode(credential.name) + "=" + percent_encode(service.key);
    else if (credential.kind == Kind::cookie)
        cookies += (cookies.empty() ? "" : "; ") + credential.name + "=" + percent_encode(service.key);
}

} // namespace

std::string percent_encode(std::string_view text, std::string_view keep) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           base::has("-._~", std::string_view(&c, 1)) || base::has(keep, std::string_view(&c, 1));
        if (plain)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

Result<net::ClientRequest> build_request(const Service& service, const Operation& operation,
                                         const json::object& arguments) {
    RC_TRY(check_arguments(operation, arguments));
    net::ClientRequest request;
    request.method = operation.method;
    request.headers.set("Accept", operation.accept);
    request.headers.set("User-Agent", "rustcoder-proxy");
    auto path = operation.path;
    std::string query, cookies;
    for (const auto& p : operation.parameters) {
        const auto* v = arguments.if_contains(p.argument);
        if (!v || v->is_null())
            continue;
        if (p.in == In::path) {
            RC_TRY(check_path_value(p, text_of(*v)));
            path = base::replace_all(std::move(path), "{" + p.name + "}", path_value(p, *v));
        } else if (p.in == In::query) {
            query_pairs(p, *v, query, '&');
        } else if (p.in == In::cookie) {
            query_pairs(p, *v, cookies, ';');
        } else {
            const auto value =
                p.as_json ? base::dump(*v) : joined(items_of(*v), ",", [](const std::string& s) { return s; });
            if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
                return fail(Errc::invalid_input,
                            fmt::format("the argument \"{}\" may have no line breaks", p.argument));
            request.headers.set(p.name, value);
        }
    }
    for (const auto& [name, value] : service.headers.fields()) // the user's word is the last
        request.headers.set(name, value);
    add_key(service, operation.credential, request, query, cookies);
    if (!cookies.empty())
        request.headers.set("Cookie", cookies);
    if (const auto* body = arguments.if_contains("body"); body && !operation.body_type.empty())
        add_body(operation, *body, request);
    request.url = service.base + path + (query.empty() ? "" : "?" + query);
    return request;
}

namespace {

bool textual(std::string_view type, std::string_view body) {
    const bool says_text = type.empty() || type.starts_with("text/") || base::has(type, "json") ||
                           base::has(type, "xml") || base::has(type, "yaml") || base::has(type, "javascript") ||
                           base::has(type, "x-www-form-urlencoded");
    return says_text && base::valid_utf8(body) && !base::has(body, std::string_view("\0", 1));
}

std::string_view whole_characters(std::string_view text, std::size_t most) {
    if (text.size() <= most)
        return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80)
        --most;
    return text.substr(0, most);
}

std::string advice(const net::ClientResponse& r) {
    if (r.status == 401 || r.status == 403)
        return "The service refuses the key, or wants one: the user starts the proxy with --bearer-env or --header.";
    if (r.status == 404)
        return "Check the arguments that are part of the path.";
    if (r.status == 400 || r.status == 422)
        return "The answer says which argument is wrong; correct it and call again.";
    if (r.status == 429)
        return fmt::format("Too many calls: wait {} before the next.",
                           r.headers.find("Retry-After") ? std::string(r.headers.get("Retry-After")) + " s"
                                                         : "a while");
    return r.status >= 500 ? "The service has a problem of its own; try later." : "";
}

} // namespace

mcp::ToolResult shape_answer(const Operation& operation, const net::ClientResponse& response,
                             const AnswerLimits& limits, bool cut) {
    const auto type = base::lower(response.headers.get("Content-Type"));
    std::string text;
    // A body that was cut may end inside a character.
    const auto body =
        cut ? whole_characters(response.body, response.body.size() - std::min<std::size_t>(response.body.size(), 4))
            : std::string_view(response.body);
    const bool readable = textual(type, body);
    if (response.body.empty())
        text = fmt::format("{} {}", response.status, net::reason_phrase(response.status));
    else if (!readable)
        text = fmt::format("The answer is {} ({} bytes{}), which is not text and is not shown.",
                           type.empty() ? "binary data" : type, response.body.size(), cut ? " or more" : "");
    else
        text = whole_characters(body, limits.bytes);
    if (readable && (cut || text.size() < body.size()))
        text += fmt::format("\n\n[cut after {} bytes: ask for less, with a filter or a smaller page]", text.size());
    if (const auto link = response.headers.get("Link"); base::has(link, "rel=\"next\""))
        text += fmt::format("\n\n[there is more: Link: {}]", link);
    if (const auto place = response.headers.get("Location"); !place.empty())
        text += fmt::format("\n\n[Location: {}]", place);
    if (response.status < 400)
        return readable || response.body.empty() ? mcp::ToolResult::text(std::move(text))
                                                 : mcp::ToolResult::error(std::move(text));
    const auto hint = advice(response);
    return mcp::ToolResult::error(fmt::format("{} {} answers {} {}.\n{}{}{}", operation.method, operation.path,
                                              response.status, net::reason_phrase(response.status), text,
                                              hint.empty() ? "" : "\n", hint));
}

} // namespace rustcoder::proxy
