// What a server offers and answers, as plain values with their JSON. Thread-safe as values.
#pragma once

#include "mcp/protocol.h"

#include <chrono>
#include <optional>
#include <vector>

namespace rustcoder::mcp {

/// Whether a tools/call may be answered by a task handle (extension of 2026-07-28; experimental part of 2025-11-25).
enum class TaskSupport {
    never,
    optional, // when the client knows tasks
    required  // clients that do not know tasks get -32021 in the modern era; in the legacy one the call simply waits
};

struct Tool {
    std::string name, title, description;
    json::object input_schema; // root is always an object schema; empty = no arguments
    std::optional<json::object> output_schema;
    json::object annotations; // readOnlyHint, destructiveHint, idempotentHint, openWorldHint, title
    TaskSupport task = TaskSupport::never;
    /// A call that takes longer becomes a task by itself. None: only when its handler calls become_task().
    std::optional<std::chrono::milliseconds> task_after = std::chrono::milliseconds(2000);
    json::array icons;
    json::object meta;
};

struct Resource {
    std::string uri, name, title, description, mime_type;
    std::optional<std::int64_t> size;
    json::object annotations, meta;
};

struct ResourceTemplate {
    std::string uri_template; // "test://item/{id}": {x} takes one path segment, {+x} or {x*} the rest
    std::string name, title, description, mime_type;
    json::object annotations, meta;
};

struct Prompt {
    struct Argument {
        std::string name, description;
        bool required = false;
        std::string title;
    };
    std::string name, title, description;
    std::vector<Argument> arguments;
    json::object meta;
};

/// Blocks of content. `data` is raw bytes; base64 is done here.
namespace content {
json::object text(std::string text);
json::object image(std::string_view data, std::string mime_type);
json::object audio(std::string_view data, std::string mime_type);
json::object embedded_text(std::string uri, std::string text, std::string mime_type = "text/plain");
json::object embedded_blob(std::string uri, std::string_view data, std::string mime_type);
json::object link(const Resource& resource);
} // namespace content

struct ToolResult {
    json::array content;
    std::optional<json::value> structured;
    bool is_error = false;
    json::object meta;
    ToolResult& add(json::object block) {
        content.emplace_back(std::move(block));
        return *this;
    }
    static ToolResult text(std::string text);
    /// For the model to read and to act on; faults of the protocol are Call::fail.
    static ToolResult error(std::string text);
    /// structuredContent, and content in its own words for clients that show only that.
    static ToolResult data(json::value structured, std::string text);
};

struct ReadResult {
    json::array contents;
    ReadResult& text(std::string uri, std::string text, std::string mime_type = "text/plain");
    ReadResult& blob(std::string uri, std::string_view data, std::string mime_type);
    /// How long clients may keep it; none = the server's default.
    std::optional<std::chrono::milliseconds> ttl;
};

struct PromptResult {
    std::string description;
    json::array messages;
    PromptResult& user(json::object block);
    PromptResult& assistant(json::object block);
};

struct Completion {
    std::vector<std::string> values; // the first 100 are sent
    std::optional<std::int64_t> total;
    bool more = false;
};

json::object to_json(const Tool& tool);
json::object to_json(const Resource& resource);
json::object to_json(const ResourceTemplate& resource);
json::object to_json(const Prompt& prompt);
json::object to_json(ToolResult result);
json::object to_json(ReadResult result);
json::object to_json(PromptResult result);
json::object to_json(Completion result);

std::string base64(std::string_view bytes);
/// nullopt when it is not base64 (standard alphabet, padding as it must be).
std::optional<std::string> from_base64(std::string_view text);

} // namespace rustcoder::mcp
