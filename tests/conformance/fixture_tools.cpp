// Tools that answer by themselves: content of all kinds, logging, progress, changes of the lists.
#include "fixture.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace rustcoder::conformance {

using namespace std::chrono_literals;
using mcp::ToolResult;

json::object schema(std::string_view text) {
    auto value = base::parse_json(text);
    if (!value || !value->is_object()) {
        std::fprintf(stderr, "not a schema: %.*s\n", static_cast<int>(text.size()), text.data());
        std::abort();
    }
    return std::move(value->get_object());
}

std::string word(const json::object& o, std::string_view key, std::string_view fallback) {
    return std::string(base::get_string(o, key, fallback));
}

std::string_view tiny_png() { // one red pixel
    static const auto bytes = *mcp::from_base64(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==");
    return bytes;
}

std::string_view tiny_wav() { // a header and no samples
    static const auto bytes = *mcp::from_base64("UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=");
    return bytes;
}

namespace {

constexpr const char* schema_2020_12 = R"({
  "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
  "$defs": {"address": {"$anchor": "addressDef", "type": "object",
                        "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
  "properties": {"name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
                 "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                 "phone": {"type": "string"}, "email": {"type": "string"}},
  "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
  "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
  "then": {"required": ["phone"]}, "else": {"required": ["email"]}, "additionalProperties": false})";

void add_content(Fixture& f) {
    add(f, "test_simple_text", "A text block",
        [](const CallPtr& call) { call->finish(ToolResult::text("This is a simple text response for testing.")); });
    add(f, "test_image_content", "An image",
        [](const CallPtr& call) { call->finish(ToolResult().add(mcp::content::image(tiny_png(), "image/png"))); });
    add(f, "test_audio_content", "A sound",
        [](const CallPtr& call) { call->finish(ToolResult().add(mcp::content::audio(tiny_wav(), "audio/wav"))); });
    add(f, "test_embedded_resource", "A resource inside the result", [](const CallPtr& call) {
        call->finish(ToolResult().add(
            mcp::content::embedded_text("test://embedded-resource", "This is an embedded resource content.")));
    });
    add(f, "test_multiple_content_types", "Text, an image and a resource", [](const CallPtr& call) {
        call->finish(ToolResult::text("Multiple content types test:")
                         .add(mcp::content::image(tiny_png(), "image/png"))
                         .add(mcp::content::embedded_text("test://mixed-content-resource",
                                                          R"({"test":"data","value":123})", "application/json")));
    });
    add(f, "test_error_handling", "Always fails", [](const CallPtr& call) {
        call->finish(ToolResult::error("This tool intentionally returns an error for testing"));
    });
    add(
        f, "json_schema_2020_12_tool", "Tool with JSON Schema 2020-12 features",
        [](const CallPtr& call) {
            call->finish(ToolResult::text("The arguments were " + base::dump(call->arguments())));
        },
        schema_2020_12);
    add(
        f, "test_x_mcp_header", "Its arguments are repeated in headers",
        [](const CallPtr& call) { call->finish(ToolResult::text("Region " + word(call->arguments(), "region"))); },
        R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"},
            "level":{"type":"integer","x-mcp-header":"Level"}}})");
    add(
        f, "greet", "Says hello",
        [](const CallPtr& call) {
            call->finish(ToolResult::text("Hello, " + word(call->arguments(), "name", "World") + "!"));
        },
        R"({"type":"object","properties":{"name":{"type":"string"}}})");
}

/// Steps 50 ms apart.
void in_steps(Fixture& f, const CallPtr& call, std::vector<std::function<void()>> steps, std::size_t next = 0) {
    if (next == steps.size() || call->stop_token().stop_requested())
        return;
    steps[next]();
    f.timers.after(50ms, [&f, call, steps = std::move(steps), next] { in_steps(f, call, steps, next + 1); });
}

void add_talking(Fixture& f) {
    add(f, "test_tool_with_logging", "Logs while it works", [&f](const CallPtr& call) {
        in_steps(f, call,
                 {[call] { call->log("info", "Tool execution started"); },
                  [call] { call->log("info", "Tool processing data"); },
                  [call] {
                      call->log("info", "Tool execution completed");
                      call->finish(ToolResult::text("Tool with logging executed successfully"));
                  }});
    });
    add(f, "test_logging_tool", "Logs once", [](const CallPtr& call) {
        call->log("info", "A message that only those get who asked for it");
        call->finish(ToolResult::text("Logged"));
    });
    add(f, "test_tool_with_progress", "Reports progress", [&f](const CallPtr& call) {
        in_steps(f, call,
                 {[call] { call->progress(0, 100, "Completed step 0 of 100"); },
                  [call] { call->progress(50, 100, "Completed step 50 of 100"); },
                  [call] {
                      call->progress(100, 100, "Completed step 100 of 100");
                      call->finish(ToolResult::text("Tool with progress executed successfully"));
                  }});
    });
    add(f, "test_reconnection", "Closes the connection and answers to whoever comes back", [&f](const CallPtr& call) {
        call->disconnect();
        f.timers.after(100ms, [call] { call->finish(ToolResult::text("Reconnection test completed")); });
    });
    add(f, "test_cancellation", "Works until it is cancelled", [&f](const CallPtr& call) {
        f.timers.after(60s, [call] { call->finish(ToolResult::text("Nobody cancelled")); });
    });
}

void add_changing(Fixture& f) {
    add(f, "test_trigger_tool_change", "Adds a tool, or takes it away again", [&f](const CallPtr& call) {
        if (!f.registry->remove_tool("test_dynamic_tool"))
            add(f, "test_dynamic_tool", "Comes and goes",
                [](const CallPtr& c) { c->finish(ToolResult::text("Here")); });
        if (const auto server = f.server.lock())
            server->tools_changed();
        call->finish(ToolResult::text("The list of tools changed"));
    });
    add(f, "test_trigger_prompt_change", "Adds a prompt, or takes it away again", [&f](const CallPtr& call) {
        if (!f.registry->remove_prompt("test_dynamic_prompt"))
            f.registry->add_prompt(
                {.name = "test_dynamic_prompt", .description = "Comes and goes"},
                [](const CallPtr& c) { c->finish(mcp::PromptResult().user(mcp::content::text("Here"))); });
        if (const auto server = f.server.lock())
            server->prompts_changed();
        call->finish(ToolResult::text("The list of prompts changed"));
    });
}

} // namespace

void add_tools(Fixture& f) {
    add_content(f);
    add_talking(f);
    add_changing(f);
}

} // namespace rustcoder::conformance
