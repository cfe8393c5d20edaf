// The server that the public conformance suite is run against: tools, resources and prompts of the names that it calls,
// on the library of src/mcp. For tests only.
#pragma once

#include "mcp/registry.h"
#include "mcp/server.h"

namespace rustcoder::conformance {

namespace json = base::json;
using mcp::CallPtr;

/// What the handlers need; outlives them.
struct Fixture {
    std::shared_ptr<mcp::Registry> registry = std::make_shared<mcp::Registry>();
    mcp::Timers timers;
    std::weak_ptr<mcp::Server> server; // set once it is there
};

void add_tools(Fixture& fixture);
void add_asking_tools(Fixture& fixture);
void add_task_tools(Fixture& fixture);
void add_resources(Fixture& fixture);
void add_prompts(Fixture& fixture);

/// A schema from its text; the program ends when it is not JSON.
json::object schema(std::string_view text);
std::string word(const json::object& o, std::string_view key, std::string_view fallback = "");
std::string_view tiny_png();
std::string_view tiny_wav();

inline void add(Fixture& fixture, const char* name, const char* description, mcp::Handler handler,
                std::string_view input = R"({"type":"object"})", mcp::TaskSupport task = mcp::TaskSupport::never) {
    mcp::Tool tool;
    tool.name = name;
    tool.description = description;
    tool.input_schema = schema(input);
    tool.task = task;
    tool.task_after.reset(); // the handlers decide
    fixture.registry->add_tool(std::move(tool), std::move(handler));
}

} // namespace rustcoder::conformance
