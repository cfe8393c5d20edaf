// The tools that compile: what a model reads about them, their arguments, their results.
#include "server/generate_render.h"
#include "server/knowledge_render.h"
#include "server/mcp.h"
#include "server/render.h"

#include <boost/json/parse.hpp>
#include <cmath>
#include <fmt/core.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr double longest_wait = 3600;

constexpr const char* tools_text = R"json([
{
 "name": "compile",
 "title": "Compile Rust",
 "description": "Compile a Rust project with the real cargo and rustc and run its program in a sandbox without network. Use it to check code before you show it. Pass the whole project in `code` as flat text: a line `[filename: Cargo.toml]`, then that file's content, then a line `[filename: src/main.rs]`, then its content, and so on. One plain Rust file without markers is taken as a single-file project. The answer is `Build successful` or the compiler's messages; nothing is changed.",
 "inputSchema": {"type": "object", "properties": {
  "code": {"type": "string", "description": "The project in flat text, or one plain Rust file"},
  "wait_seconds": {"type": "number", "default": 45, "description": "Answer \"still running\" with a job id after that long"}},
  "required": ["code"]},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"},
  "success": {"type": "boolean"}, "build_output": {"type": "string"}, "run_output": {"anyOf": [{"type": "string"}, {"type": "null"}]},
  "files": {"type": "array", "items": {"type": "string"}}, "diagnostics": {"type": "array", "items": {"type": "object"}}},
  "required": ["status"]},
 "annotations": {"title": "Compile Rust", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
{
 "name": "compile_and_fix",
 "title": "Compile and repair Rust",
 "description": "Compile a Rust project and repair it until the compiler accepts it, without a language model: every edit is verified by rustc, the author's items are kept, nothing is stubbed out to silence an error. Pass the whole project in `code` as flat text (`[filename: PATH]` lines, each followed by the file's content). The answer is the repaired project in the same format; if some errors remain it is the best state reached, followed by `# Build failed` and what is left. Prefer this to guessing at compiler errors yourself.",
 "inputSchema": {"type": "object", "properties": {
  "code": {"type": "string", "description": "The project in flat text, or one plain Rust file"},
  "description": {"type": "string", "default": "A Rust project", "description": "What the program should do"},
  "max_attempts": {"type": "integer", "default": 3, "minimum": 0, "description": "Full builds allowed"},
  "wait_seconds": {"type": "number", "default": 45, "description": "Answer \"still running\" with a job id after that long"}},
  "required": ["code"]},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"},
  "success": {"type": "boolean"}, "message": {"type": "string"}, "verdict": {"type": "string"}, "explanation": {"type": "string"},
  "files": {"type": "object", "additionalProperties": {"type": "string"}}, "diff": {"type": "string"},
  "edits": {"type": "array", "items": {"type": "object"}}, "build_output": {"type": "string"},
  "run_output": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "diagnostics": {"type": "array", "items": {"type": "object"}}},
  "required": ["status"]},
 "annotations": {"title": "Compile and repair Rust", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
{
 "name": "check",
 "title": "Check Rust, diagnostics as JSON",
 "description": "Type-check and build a Rust project and get compact structured diagnostics (code, message, file, line, column, label, the compiler's suggestions) instead of terminal text. The program is not run. Same `code` format as compile.",
 "inputSchema": {"type": "object", "properties": {
  "code": {"type": "string", "description": "The project in flat text, or one plain Rust file"},
  "wait_seconds": {"type": "number", "default": 45, "description": "Answer \"still running\" with a job id after that long"}},
  "required": ["code"]},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"}, "success": {"type": "boolean"},
  "errors": {"type": "integer"}, "warnings": {"type": "integer"}, "diagnostics": {"type": "array", "items": {"type": "object"}}},
  "required": ["status"]},
 "annotations": {"title": "Check Rust", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
"generate",
{
 "name": "job_result",
 "title": "Result of a running job",
 "description": "Get the result of a compile, compile_and_fix, check, generate or add_fix call that answered \"still running\". Waits up to wait_seconds for it.",
 "inputSchema": {"type": "object", "properties": {
  "job_id": {"type": "string", "description": "The id from the earlier answer"},
  "wait_seconds": {"type": "number", "default": 45, "description": "How long to wait for the result"}},
  "required": ["job_id"]},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"}, "success": {"type": "boolean"}},
  "required": ["status"]},
 "annotations": {"title": "Result of a running job", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
}
])json";

json::value text_block(std::string text) {
    json::object block;
    block["type"] = "text";
    block["text"] = std::move(text);
    return block;
}

json::object structured(const char* status, const Job& job) {
    json::object out;
    out["status"] = status;
    out["job_id"] = job.id();
    return out;
}

void append(json::object& to, json::object&& from, std::initializer_list<std::string_view> leave_out) {
    for (auto& member : from)
        if (std::ranges::find(leave_out, std::string_view(member.key().data(), member.key().size())) == leave_out.end())
            to[member.key()] = std::move(member.value());
}

void compile_blocks(json::array& content, const json::object& body, bool ok) {
    content.emplace_back(text_block(std::string(base::get_string(body, "build_output"))));
    if (!ok)
        content.emplace_back(
            text_block("The project does not compile. Call compile_and_fix with the same code to have it "
                       "repaired, or change the code where the messages point and compile again."));
    else if (const auto* run = body.if_contains("run_output"); run && run->is_string())
        content.emplace_back(
            text_block("Output of the program:\n" + std::string(base::get_string(body, "run_output"))));
}

void fix_blocks(json::array& content, const json::object& body, bool ok) {
    content.emplace_back(text_block(std::string(base::get_string(body, "combined_text"))));
    std::string summary = ok ? "It compiles."
                             : "It does not compile yet; this is the best state reached. "
                               "Correct what is listed after \"# Build failed\" and call the tool again.";
    if (const auto* edits = base::get_array(body, "edits"))
        for (const auto& item : *edits) {
            const auto& e = item.get_object();
            summary += fmt::format("\n- {}:{}: {} (risk: {})", base::get_string(e, "file"), base::get_int(e, "line"),
                                   base::get_string(e, "why"), base::get_string(e, "risk"));
        }
    if (const auto* run = body.if_contains("run_output"); run && run->is_string())
        summary += "\nOutput of the program:\n" + std::string(base::get_string(body, "run_output"));
    content.emplace_back(text_block(std::move(summary)));
}

} // namespace

const json::array& tool_list() {
    static const json::array list = [] {
        auto all = json::parse(tools_text).as_array();
        for (auto& tool : all)
            if (tool.is_string()) // its place in the order
                tool = generate_tool();
        for (auto& tool : knowledge_tools())
            all.emplace_back(std::move(tool));
        return all;
    }();
    return list;
}

std::optional<Tool> find_tool(std::string_view name) {
    static constexpr std::pair<std::string_view, Tool> tools[] = {{"compile", Tool::compile},
                                                                  {"compile_and_fix", Tool::compile_and_fix},
                                                                  {"check", Tool::check},
                                                                  {"generate", Tool::generate},
                                                                  {"job_result", Tool::job_result},
                                                                  {"search_knowledge", Tool::search_knowledge},
                                                                  {"explain_error", Tool::explain_error},
                                                                  {"add_fix", Tool::add_fix},
                                                                  {"knowledge_stats", Tool::knowledge_stats}};
    for (const auto& [known, tool] : tools)
        if (known == name)
            return tool;
    return std::nullopt;
}

const char* instructions() {
    return "Compiles Rust with the real compiler, repairs what does not compile, and makes new projects from "
           "descriptions. Send whole projects as flat text: "
           "a line "
           "`[filename: PATH]` before each file's content. Use compile_and_fix for code with errors, compile to build "
           "and run, "
           "check for structured diagnostics, generate for a new project that is compiled and tested already. "
           "explain_error and search_knowledge know the compiler's explanations, the "
           "local Rust documentation and the fixes that worked here before; when you repaired an error yourself, hand "
           "the broken and the working version to add_fix, so that it is fixed at once the next time. If an answer "
           "says \"still running\", call job_result with its job id.";
}

std::expected<ToolStart, std::string> read_arguments(Tool tool, const json::object& arguments,
                                                     const McpServices& services) {
    ToolStart out;
    out.wait = services.wait;
    if (const auto* wait = arguments.if_contains("wait_seconds"); wait && !wait->is_null()) {
        if (!wait->is_number())
            return std::unexpected("'wait_seconds' must be a number of seconds.");
        const double seconds = std::clamp(wait->to_number<double>(), 0.0, longest_wait);
        out.wait = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
    }
    if (tool >= Tool::search_knowledge) {
        auto start = read_knowledge_arguments(tool, arguments);
        if (start)
            start->wait = out.wait;
        return start;
    }
    if (tool == Tool::job_result) {
        const auto* id = arguments.if_contains("job_id");
        if (!id || !id->is_string())
            return std::unexpected("'job_id' is required: the id that the earlier answer named.");
        out.job_id = std::string(base::get_string(arguments, "job_id"));
        return out;
    }
    if (tool == Tool::generate) {
        auto request = read_generate_arguments(arguments, services);
        if (!request)
            return std::unexpected(std::move(request).error());
        out.request = *std::move(request);
        return out;
    }
    const JobKind kind = tool == Tool::compile ? JobKind::compile : tool == Tool::check ? JobKind::check : JobKind::fix;
    SubmissionRules rules;
    rules.missing =
        "'code' is required: the project in flat text, `[filename: PATH]` lines each followed by the file's content.";
    rules.default_attempts = 3;
    rules.longest = services.jobs.longest();
    auto request = parse_submission(kind, arguments, rules);
    if (!request)
        return std::unexpected("Invalid arguments: " + request.error().text());
    if (request->description.empty())
        request->description = "A Rust project";
    out.request = *std::move(request);
    return out;
}

json::object tool_error(std::string_view text) {
    json::object out;
    json::array content;
    content.emplace_back(text_block(clean_utf8(text)));
    out["content"] = std::move(content);
    out["isError"] = true;
    return out;
}

json::object tool_answer(std::string text, json::object structured) {
    json::object out;
    json::array content;
    content.emplace_back(text_block(clean_utf8(text)));
    out["content"] = std::move(content);
    out["structuredContent"] = std::move(structured);
    out["isError"] = false;
    return out;
}

json::object tool_running(const Job& job, std::chrono::milliseconds waited) {
    const std::string text =
        fmt::format("Still running after {:.0f} s ({}). Call job_result with job_id \"{}\" to get the result.",
                    static_cast<double>(waited.count()) / 1000, name(job.state()), job.id());
    auto data = structured("running", job);
    data["message"] = text;
    json::array content;
    content.emplace_back(text_block(text));
    json::object out;
    out["content"] = std::move(content);
    out["structuredContent"] = std::move(data);
    out["isError"] = false;
    return out;
}

json::object tool_result(const Job& job) {
    const auto& result = *job.result();
    if (!result) {
        auto out = tool_error(result.error().text());
        auto data = structured("failed", job);
        data["success"] = false;
        data["message"] = clean_utf8(result.error().text());
        out["structuredContent"] = std::move(data);
        return out;
    }
    const bool ok = succeeded(*result);
    auto body = answer_body(job.request(), *result);
    json::array content;
    switch (job.request().kind) {
    case JobKind::compile:
        compile_blocks(content, body, ok);
        break;
    case JobKind::fix:
        fix_blocks(content, body, ok);
        break;
    case JobKind::check:
        content.emplace_back(text_block(base::dump(body)));
        break;
    case JobKind::learn:
        if (const auto* stored = std::get_if<StoredAnswer>(&*result))
            content.emplace_back(text_block(stored->text));
        else
            content.emplace_back(text_block(clean_utf8(learned_text(std::get<agent::LearnedFix>(*result)))));
        break;
    case JobKind::generate:
        content.emplace_back(text_block(std::string(base::get_string(body, "combined_text"))));
        content.emplace_back(text_block(generate_summary(body)));
        break;
    }
    auto data = structured("done", job);
    // Some clients show the model nothing but this, so it has all; but each thing once, tokens are dear.
    append(data, std::move(body), {"combined_text", "attempts", "evidence", "error_details", "build_success"});
    json::object out;
    out["content"] = std::move(content);
    out["structuredContent"] = std::move(data);
    out["isError"] = !ok && job.request().kind != JobKind::check; // diagnostics are what check is for
    return out;
}

} // namespace rustcoder::server
