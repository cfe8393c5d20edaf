#include "proxy/tool_headers.h"

#include "base/json.h"
#include "base/text.h"
#include "mcp/types.h"

#include <algorithm>
#include <fmt/format.h>

namespace rustcoder::proxy {

namespace json = base::json;

namespace {

constexpr std::string_view encoded_start = "=?base64?", encoded_end = "?=";

bool visible(char c) {
    return (c >= 0x20 && c < 0x7f) || c == '\t';
}

bool is_encoded(std::string_view v) {
    return v.size() >= encoded_start.size() + encoded_end.size() && v.starts_with(encoded_start) &&
           v.ends_with(encoded_end);
}

bool token(std::string_view s) {
    return !s.empty() && std::all_of(s.begin(), s.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               base::has("!#$%&'*+-.^_`|~", std::string_view(&c, 1));
    });
}

template <class Add> void find_annotated(const json::object& schema, std::vector<std::string>& path, const Add& add) {
    const auto* properties = base::get_object(schema, "properties");
    if (!properties || path.size() > 16)
        return;
    for (const auto& property : *properties) {
        const auto* inner = property.value().if_object();
        if (!inner)
            continue;
        path.emplace_back(property.key());
        if (const auto header = base::get_string(*inner, "x-mcp-header"); token(header))
            add(std::string(header), path);
        find_annotated(*inner, path, add);
        path.pop_back();
    }
}

std::string text_of(const json::value& v) {
    return v.is_string() ? std::string(v.get_string()) : base::dump(v);
}

bool same_value(const std::string& header, const std::string& body) {
    if (header == body)
        return true;
    char* end_a = nullptr;
    char* end_b = nullptr; // 42.0 and 42 are one number
    const double a = std::strtod(header.c_str(), &end_a), b = std::strtod(body.c_str(), &end_b);
    return !header.empty() && !body.empty() && *end_a == 0 && *end_b == 0 && a == b;
}

} // namespace

std::string header_value(std::string_view text) {
    const bool safe = std::all_of(text.begin(), text.end(), visible) && !is_encoded(text) && base::trim(text) == text;
    return safe ? std::string(text) : fmt::format("{}{}{}", encoded_start, mcp::base64(text), encoded_end);
}

std::optional<std::string> decode_header_value(std::string_view value) {
    value = base::trim(value);
    if (!std::all_of(value.begin(), value.end(), visible))
        return std::nullopt;
    if (!is_encoded(value))
        return std::string(value);
    return mcp::from_base64(
        value.substr(encoded_start.size(), value.size() - encoded_start.size() - encoded_end.size()));
}

void ToolHeaders::learn(const Message& answer) {
    if (!answer.result || !base::has(answer.raw(answer.result), "x-mcp-header"))
        return;
    const auto value = base::parse_json(answer.raw(answer.result));
    const auto* result = value ? value->if_object() : nullptr;
    const auto* tools = result ? base::get_array(*result, "tools") : nullptr;
    if (!tools)
        return;
    std::lock_guard lock(mutex_);
    for (const auto& item : *tools) {
        const auto* tool = item.if_object();
        const auto* schema = tool ? base::get_object(*tool, "inputSchema") : nullptr;
        if (!schema)
            continue;
        std::vector<Parameter> found;
        std::vector<std::string> path;
        find_annotated(*schema, path, [&](std::string header, const std::vector<std::string>& at) {
            found.push_back({"Mcp-Param-" + std::move(header), at});
        });
        tools_[std::string(base::get_string(*tool, "name"))] = std::move(found);
    }
}

/// Header and text of each annotated argument that has a value. `all`: every header that the tool knows.
std::vector<std::pair<std::string, std::string>> ToolHeaders::values(const Message& request,
                                                                     std::vector<std::string>* all) const {
    std::vector<Parameter> wanted;
    if (request.method == "tools/call") {
        std::lock_guard lock(mutex_);
        if (const auto it = tools_.find(request.name); it != tools_.end())
            wanted = it->second;
    }
    std::vector<std::pair<std::string, std::string>> out;
    if (wanted.empty())
        return out;
    const auto params = base::parse_json(request.raw(request.params));
    const auto* root = params ? params->if_object() : nullptr;
    const auto* arguments = root ? base::get_object(*root, "arguments") : nullptr;
    for (const auto& p : wanted) {
        if (all)
            all->push_back(p.header);
        const auto* object = arguments;
        const json::value* value = nullptr;
        for (const auto& step : p.path) {
            value = object ? object->if_contains(step) : nullptr;
            object = value ? value->if_object() : nullptr;
        }
        if (value && !value->is_null() && !value->is_object() && !value->is_array())
            out.emplace_back(p.header, text_of(*value));
    }
    return out;
}

net::Headers ToolHeaders::headers_for(const Message& request) const {
    net::Headers out;
    for (const auto& [header, value] : values(request))
        out.set(header, header_value(value));
    return out;
}

std::string ToolHeaders::mismatch(const Message& request, const net::Headers& headers) const {
    std::vector<std::string> all;
    const auto expected = values(request, &all);
    for (const auto& [header, value] : expected) {
        const auto* given = headers.find(header);
        if (!given)
            return fmt::format("header {} is missing: the body has a value for it", header);
        const auto decoded = decode_header_value(*given);
        if (!decoded || !same_value(*decoded, value))
            return fmt::format("header {} does not match the body", header);
    }
    for (const auto& header : all) {
        const bool has_value =
            std::any_of(expected.begin(), expected.end(), [&](const auto& e) { return e.first == header; });
        if (!has_value && headers.find(header))
            return fmt::format("header {} has a value, the body has none", header);
    }
    return {};
}

net::Headers standard_headers(const Message& request) {
    net::Headers out;
    out.set("MCP-Protocol-Version", request.revision);
    out.set("Mcp-Method", request.method);
    if (!request.name.empty())
        out.set("Mcp-Name", header_value(request.name));
    return out;
}

std::string standard_mismatch(const Message& request, const net::Headers& headers) {
    const auto differs = [&](const char* header, const std::string& body, bool encoded) -> std::string {
        const auto* given = headers.find(header);
        if (!given)
            return fmt::format("header {} is missing", header);
        const auto value = encoded ? decode_header_value(*given) : std::string(base::trim(*given));
        return value && *value == body ? ""
                                       : fmt::format("header {} is \"{}\", the body says \"{}\"", header, *given, body);
    };
    if (auto bad = differs("MCP-Protocol-Version", request.revision, false); !bad.empty())
        return bad;
    if (auto bad = differs("Mcp-Method", request.method, false); !bad.empty())
        return bad;
    return request.name.empty() ? "" : differs("Mcp-Name", request.name, true);
}

} // namespace rustcoder::proxy
