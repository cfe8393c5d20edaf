// The tool generate: what a model reads about it, and its arguments.
#include "server/generate_request.h"
#include "server/mcp.h"

#include <boost/json/parse.hpp>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr const char* tool_text = R"json({
 "name": "generate",
 "title": "Make a Rust project",
 "description": "Make a whole cargo project from a description. It comes back only after the real compiler has accepted it and its tests have passed; the answer says for every requirement whether it is met, and how. Works from a library of project templates, and with a language model when the server has one. When nothing fits, the answer says so and names the nearest templates: call again with one of them in `template`, or write the project yourself and use compile_and_fix. State behaviour that matters as `examples` or `tests`: the project is judged by them. The answer is the project in flat text (`[filename: PATH]` lines, each followed by the file's content).",
 "inputSchema": {"type": "object", "properties": {
  "description": {"type": "string", "description": "What the program or library is and does, in English, in a sentence or two"},
  "requirements": {"type": ["string", "null"], "default": null, "description": "Single wishes, one a line: operations, limits, formats, what it must not do"},
  "name": {"type": "string", "description": "Name of the package; default: from the description"},
  "edition": {"type": "string", "enum": ["2015", "2018", "2021", "2024"], "description": "Default: the template's, else 2021"},
  "template": {"type": "string", "description": "A template by name, as an earlier answer offered it; nothing is chosen then"},
  "use_model": {"type": "boolean", "default": true, "description": "false: templates only"},
  "examples": {"type": "array", "maxItems": 64, "description": "Runs of the built program. Each starts it anew with `args` and `stdin` and compares what it prints, byte for byte (the final newline counts too), and its exit status. Give `stdout`, `code` or both.", "items": {"type": "object", "additionalProperties": false, "properties": {
    "args": {"type": "array", "items": {"type": "string"}, "description": "Arguments after the program's name"},
    "stdin": {"type": "string", "description": "All of standard input; default empty"},
    "files": {"type": "object", "additionalProperties": {"type": "string"}, "description": "Path -> content of the working folder of this run"},
    "stdout": {"type": "string", "description": "All of standard output"},
    "code": {"type": "integer", "description": "Exit status, 0 for success"}}}},
  "tests": {"type": "object", "additionalProperties": {"type": "string"}, "description": "\"tests/NAME.rs\" -> an integration test in Rust that uses the crate's public items. Has to pass, is never changed"},
  "artifact": {"description": "true: build the program with optimisation too and keep the file; the answer has its name, size and SHA-256, and its bytes are at GET /project/{job_id}/artifact of the HTTP server. Or an object: release (default true), target (an installed target triple), bin (which program)", "anyOf": [{"type": "boolean"}, {"type": "object", "additionalProperties": false, "properties": {"release": {"type": "boolean", "default": true}, "target": {"type": "string"}, "bin": {"type": "string"}}}]},
  "run": {"type": "boolean", "default": false, "description": "Run the program once at the end, without arguments and input, and show what it prints"},
  "max_attempts": {"type": "integer", "default": 10, "minimum": 0, "description": "Projects that may be built and judged"},
  "timeout_seconds": {"type": "number", "default": 300},
  "wait_seconds": {"type": "number", "default": 45, "description": "Answer \"still running\" with a job id after that long"}},
  "required": ["description"]},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"},
  "success": {"type": "boolean"}, "message": {"type": "string"}, "explanation": {"type": "string"},
  "files": {"type": "object", "additionalProperties": {"type": "string"}},
  "requirements": {"type": "array", "items": {"type": "object"}}, "template": {"anyOf": [{"type": "string"}, {"type": "null"}]},
  "confidence": {"type": "number"}, "nearest": {"type": "array", "items": {"type": "object"}},
  "build_output": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "run_output": {"anyOf": [{"type": "string"}, {"type": "null"}]},
  "examples": {"type": "array", "items": {"type": "object"}}, "diagnostics": {"type": "array", "items": {"type": "object"}}},
  "required": ["status"]},
 "annotations": {"title": "Make a Rust project", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
})json";

} // namespace

json::object generate_tool() {
    return json::parse(tool_text).as_object();
}

std::expected<JobRequest, std::string> read_generate_arguments(const json::object& arguments,
                                                               const McpServices& services) {
    auto request = parse_generate(arguments, {false, services.jobs.longest()});
    if (!request)
        return std::unexpected("Invalid arguments: " + request.error().text());
    return *std::move(request);
}

} // namespace rustcoder::server
