#include "mcp/types.h"

namespace rustcoder::mcp {

namespace content {

namespace {
json::object block(std::string_view type) {
    json::object out;
    out["type"] = type;
    return out;
}

json::object binary(std::string_view type, std::string_view data, std::string mime_type) {
    auto out = block(type);
    out["data"] = base64(data);
    out["mimeType"] = mime_type;
    return out;
}

json::object embedded(json::object resource) {
    auto out = block("resource");
    out["resource"] = std::move(resource);
    return out;
}
} // namespace

json::object text(std::string text) {
    auto out = block("text");
    out["text"] = text;
    return out;
}

json::object image(std::string_view data, std::string mime_type) {
    return binary("image", data, std::move(mime_type));
}

json::object audio(std::string_view data, std::string mime_type) {
    return binary("audio", data, std::move(mime_type));
}

json::object embedded_text(std::string uri, std::string text, std::string mime_type) {
    ReadResult one;
    one.text(std::move(uri), std::move(text), std::move(mime_type));
    return embedded(std::move(one.contents[0].get_object()));
}

json::object embedded_blob(std::string uri, std::string_view data, std::string mime_type) {
    ReadResult one;
    one.blob(std::move(uri), data, std::move(mime_type));
    return embedded(std::move(one.contents[0].get_object()));
}

json::object link(const Resource& resource) {
    auto out = to_json(resource);
    out["type"] = "resource_link";
    return out;
}

} // namespace content

ToolResult ToolResult::text(std::string text) {
    ToolResult out;
    out.add(content::text(std::move(text)));
    return out;
}

ToolResult ToolResult::error(std::string text) {
    auto out = ToolResult::text(std::move(text));
    out.is_error = true;
    return out;
}

ToolResult ToolResult::data(json::value structured, std::string text) {
    auto out = ToolResult::text(std::move(text));
    out.structured = std::move(structured);
    return out;
}

ReadResult& ReadResult::text(std::string uri, std::string text, std::string mime_type) {
    json::object one;
    one["uri"] = uri;
    one["mimeType"] = mime_type;
    one["text"] = text;
    contents.emplace_back(std::move(one));
    return *this;
}

ReadResult& ReadResult::blob(std::string uri, std::string_view data, std::string mime_type) {
    json::object one;
    one["uri"] = uri;
    one["mimeType"] = mime_type;
    one["blob"] = base64(data);
    contents.emplace_back(std::move(one));
    return *this;
}

namespace {

json::object message_of(std::string_view role, json::object block) {
    json::object out;
    out["role"] = role;
    out["content"] = std::move(block);
    return out;
}

void put(json::object& out, std::string_view key, const std::string& text) {
    if (!text.empty())
        out[key] = text;
}

void put(json::object& out, std::string_view key, const json::object& o) {
    if (!o.empty())
        out[key] = o;
}

} // namespace

PromptResult& PromptResult::user(json::object block) {
    messages.emplace_back(message_of("user", std::move(block)));
    return *this;
}

PromptResult& PromptResult::assistant(json::object block) {
    messages.emplace_back(message_of("assistant", std::move(block)));
    return *this;
}

json::object to_json(const Tool& tool) {
    json::object out;
    out["name"] = tool.name;
    put(out, "title", tool.title);
    put(out, "description", tool.description);
    json::object schema = tool.input_schema;
    if (!schema.contains("type"))
        schema["type"] = "object";
    out["inputSchema"] = std::move(schema);
    if (tool.output_schema)
        out["outputSchema"] = *tool.output_schema;
    put(out, "annotations", tool.annotations);
    if (!tool.icons.empty())
        out["icons"] = tool.icons;
    put(out, "_meta", tool.meta);
    return out;
}

json::object to_json(const Resource& resource) {
    json::object out;
    out["uri"] = resource.uri;
    out["name"] = resource.name;
    put(out, "title", resource.title);
    put(out, "description", resource.description);
    put(out, "mimeType", resource.mime_type);
    if (resource.size)
        out["size"] = *resource.size;
    put(out, "annotations", resource.annotations);
    put(out, "_meta", resource.meta);
    return out;
}

json::object to_json(const ResourceTemplate& resource) {
    json::object out;
    out["uriTemplate"] = resource.uri_template;
    out["name"] = resource.name;
    put(out, "title", resource.title);
    put(out, "description", resource.description);
    put(out, "mimeType", resource.mime_type);
    put(out, "annotations", resource.annotations);
    put(out, "_meta", resource.meta);
    return out;
}

json::object to_json(const Prompt& prompt) {
    json::object out;
    out["name"] = prompt.name;
    put(out, "title", prompt.title);
    put(out, "description", prompt.description);
    json::array arguments;
    for (const auto& a : prompt.arguments) {
        json::object one;
        one["name"] = a.name;
        put(one, "title", a.title);
        put(one, "description", a.description);
        one["required"] = a.required;
        arguments.emplace_back(std::move(one));
    }
    if (!arguments.empty())
        out["arguments"] = std::move(arguments);
    put(out, "_meta", prompt.meta);
    return out;
}

json::object to_json(ToolResult result) {
    json::object out;
    out["content"] = std::move(result.content);
    if (result.structured)
        out["structuredContent"] = std::move(*result.structured);
    out["isError"] = result.is_error;
    put(out, "_meta", result.meta);
    return out;
}

json::object to_json(ReadResult result) {
    json::object out;
    out["contents"] = std::move(result.contents);
    if (result.ttl)
        out["ttlMs"] = result.ttl->count();
    return out;
}

json::object to_json(PromptResult result) {
    json::object out;
    put(out, "description", result.description);
    out["messages"] = std::move(result.messages);
    return out;
}

json::object to_json(Completion result) {
    constexpr std::size_t most = 100;
    json::object inner;
    json::array values;
    for (auto& value : result.values)
        if (values.size() < most)
            values.emplace_back(std::move(value));
    inner["total"] = result.total.value_or(static_cast<std::int64_t>(result.values.size()));
    inner["hasMore"] = result.more || result.values.size() > most;
    inner["values"] = std::move(values);
    json::object out;
    out["completion"] = std::move(inner);
    return out;
}

} // namespace rustcoder::mcp
