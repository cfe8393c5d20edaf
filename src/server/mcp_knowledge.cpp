// The tools of the knowledge base: what a model reads about them, their arguments, their results.
#include "server/knowledge_render.h"
#include "server/knowledge_requests.h"
#include "server/mcp.h"

#include "base/text.h"

#include <boost/json/parse.hpp>
#include <fmt/format.h>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr const char* tools_text = R"json([
{
 "name": "search_knowledge",
 "title": "Search Rust knowledge",
 "description": "Search what this machine knows about Rust: the compiler's own explanations of its error codes, the locally installed Rust documentation (Book, Reference, std API, Cargo), lessons and project examples that were added, and fixes that were learned from earlier repairs. Use it for how to do something in Rust, what an API does, or what an error is about. Works offline. `query` takes words, an identifier such as `HashMap::entry`, an error code, or a whole compiler message. Results name an id, a title, a kind (lesson, fix, project, passage) and the passage that fits.",
 "inputSchema": {"type": "object", "properties": {
  "query": {"type": "string", "description": "Words, an identifier, an error code, or a compiler message"},
  "kind": {"type": "string", "enum": ["lesson", "fix", "project", "passage"], "description": "Only this kind"},
  "code": {"type": "string", "description": "Only entries about this error code, such as E0382"},
  "limit": {"type": "integer", "default": 5, "minimum": 1, "maximum": 100, "description": "At most so many results"},
  "mode": {"type": "string", "enum": ["hybrid", "text", "vector"], "default": "hybrid", "description": "How to search"}},
  "required": ["query"]},
 "outputSchema": {"type": "object", "properties": {
  "count": {"type": "integer"}, "hits": {"type": "array", "items": {"type": "object"}},
  "note": {"type": "string"}, "took_ms": {"type": "number"}}},
 "annotations": {"title": "Search Rust knowledge", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
{
 "name": "explain_error",
 "title": "Explain a Rust error",
 "description": "Explain a compiler error: the compiler's own long explanation with its example and the corrected form, the nearest lessons and documentation, and which fixes were learned for it and how often they were right. `error` is an error code (E0382) or, better, the whole message that rustc or cargo printed. To have code repaired rather than explained, call compile_and_fix.",
 "inputSchema": {"type": "object", "properties": {
  "error": {"type": "string", "description": "An error code such as E0382, or the compiler's whole message"},
  "limit": {"type": "integer", "default": 5, "minimum": 1, "maximum": 20, "description": "At most so many lessons and so many fixes"}},
  "required": ["error"]},
 "outputSchema": {"type": "object", "properties": {
  "code": {"type": "string"}, "message": {"type": "string"}, "explanation": {"type": "string"}, "explanation_from": {"type": "string"},
  "lessons": {"type": "array", "items": {"type": "object"}}, "fixes": {"type": "array", "items": {"type": "object"}}, "note": {"type": "string"}}},
 "annotations": {"title": "Explain a Rust error", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
{
 "name": "add_fix",
 "title": "Teach a fix",
 "description": "Teach the knowledge base how an error was repaired, so that compile_and_fix does it by itself next time. Give either `before` and `after`, the same project with its errors and repaired (flat text with `[filename: PATH]` lines, or one plain Rust file): both are compiled here, and only what the compiler confirms is learned, without names and literals of the code. Or give a lesson in words: `error` and `solution`, with `context` and `example` if there are any. Call it after you repaired something that compile_and_fix could not.",
 "inputSchema": {"type": "object", "properties": {
  "before": {"type": "string", "description": "The project that does not compile, in flat text, or one plain Rust file"},
  "after": {"type": "string", "description": "The same project repaired: it must compile and keep what the code does"},
  "error": {"type": "string", "description": "For a lesson in words: the compiler's message"},
  "solution": {"type": "string", "description": "For a lesson in words: what to do"},
  "context": {"type": "string", "description": "For a lesson: when it happens"},
  "example": {"type": "string", "description": "For a lesson: Rust code that shows it"},
  "source": {"type": "string", "description": "Who says so: your name"},
  "wait_seconds": {"type": "number", "default": 45, "description": "Answer \"still running\" with a job id after that long"}}},
 "outputSchema": {"type": "object", "properties": {
  "status": {"type": "string", "enum": ["done", "running", "failed"]}, "job_id": {"type": "string"}, "success": {"type": "boolean"},
  "kind": {"type": "string"}, "id": {"type": "string"}, "ids": {"type": "array", "items": {"type": "string"}},
  "fresh": {"type": "integer"}, "strengthened": {"type": "integer"}, "generalised": {"type": "integer"},
  "learned": {"type": "array", "items": {"type": "string"}}, "note": {"type": "string"}, "message": {"type": "string"}},
  "required": ["status"]},
 "annotations": {"title": "Teach a fix", "readOnlyHint": false, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
},
{
 "name": "knowledge_stats",
 "title": "State of the knowledge base",
 "description": "How much the knowledge base holds, by kind and source, how it grew by day, how often learned fixes were right, and whether it is still being filled in the background (then searches find less than they will).",
 "inputSchema": {"type": "object", "properties": {}},
 "outputSchema": {"type": "object", "properties": {
  "entries": {"type": "object"}, "quarantined": {"type": "integer"}, "vectors": {"type": "integer"}, "bytes": {"type": "integer"},
  "fixes": {"type": "object"}, "sources": {"type": "object"}, "growth": {"type": "object"}, "background": {"type": "object"}}},
 "annotations": {"title": "State of the knowledge base", "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": false}
}
])json";

constexpr const char* off =
    "This server has no knowledge base: it was started with RUSTCODER_KNOWLEDGE=off. The tools that "
    "compile and repair work without it.";

/// What is told when there is nothing yet, because it is only being filled.
std::string filling_note(UseCases& use_cases) {
    const auto state = use_cases.background();
    return state.phase == agent::KnowledgeBackground::State::Phase::seeding
               ? fmt::format("\n(The knowledge base is still being filled, {}; ask again in a minute.)", state.text())
               : std::string();
}

/// The store must be there; `f` gets it.
Question on_knowledge(std::function<json::object(agent::Knowledge&, UseCases&, std::stop_token)> f) {
    return [f = std::move(f)](UseCases& use_cases, std::stop_token stop) {
        auto* knowledge = use_cases.knowledge();
        if (!knowledge || !knowledge->on())
            return tool_error(off);
        use_cases.start_background();
        return f(*knowledge, use_cases, stop);
    };
}

std::expected<ToolStart, std::string> start_search(const json::object& arguments) {
    auto query = parse_search(arguments);
    if (!query)
        return std::unexpected("Invalid arguments: " + query.error().text() +
                               ". Example: {\"query\": \"E0502 mutable borrow in a loop\", \"limit\": 5}");
    if (!arguments.contains("limit"))
        query->limit = 5; // what a model reads with profit
    ToolStart out;
    out.question = on_knowledge(
        [query = *std::move(query)](agent::Knowledge& knowledge, UseCases& use_cases, std::stop_token stop) {
            auto answer = knowledge.search(query, stop);
            if (!answer)
                return tool_error(answer.error().text());
            return tool_answer(search_text(query.text, *answer) + filling_note(use_cases), search_json(*answer));
        });
    return out;
}

std::expected<ToolStart, std::string> start_explain(const json::object& arguments) {
    const auto* error = arguments.if_contains("error");
    if (!error || !error->is_string() || base::trim(std::string_view(error->get_string())).empty())
        return std::unexpected(
            "'error' is required: an error code such as \"E0382\", or the whole message that rustc printed.");
    std::size_t limit = 5;
    if (const auto* wanted = arguments.if_contains("limit"); wanted && !wanted->is_null()) {
        if (!wanted->is_int64() || wanted->get_int64() < 1)
            return std::unexpected("'limit' must be an integer from 1 to 20.");
        limit = static_cast<std::size_t>(std::min<std::int64_t>(wanted->get_int64(), 20));
    }
    ToolStart out;
    out.question = on_knowledge([about = std::string(error->get_string().c_str()),
                                 limit](agent::Knowledge&, UseCases& use_cases, std::stop_token stop) {
        auto explanation = use_cases.explain(about, limit, stop);
        if (!explanation)
            return tool_error(explanation.error().text());
        return tool_answer(explanation_text(*explanation) + filling_note(use_cases), explanation_json(*explanation));
    });
    return out;
}

std::expected<ToolStart, std::string> start_add(const json::object& arguments) {
    auto parsed = parse_error_lesson(arguments, true);
    if (!parsed)
        return std::unexpected("Invalid arguments: " + parsed.error().text());
    ToolStart out;
    if (auto* repair = std::get_if<JobRequest>(&*parsed)) {
        out.request = std::move(*repair);
        return out;
    }
    out.question = on_knowledge([lesson = std::get<agent::LessonText>(*std::move(parsed))](
                                    agent::Knowledge& knowledge, UseCases& use_cases, std::stop_token) {
        auto id = agent::add_lesson(knowledge, lesson);
        if (!id)
            return tool_error(id.error().text());
        use_cases.knowledge_added();
        json::object data{
            {"status", "done"}, {"success", true}, {"kind", knowledge::name(knowledge::Kind::lesson)}, {"id", *id}};
        return tool_answer("The lesson is kept under the id " + *id + ".", std::move(data));
    });
    return out;
}

ToolStart start_stats() {
    ToolStart out;
    out.question = on_knowledge([](agent::Knowledge& knowledge, UseCases& use_cases, std::stop_token) {
        auto store = knowledge.store();
        if (!store)
            return tool_error(store.error().text());
        auto found = (*store)->stats();
        if (!found)
            return tool_error(found.error().text());
        const auto background = use_cases.background();
        auto data = stats_json(*found, &background);
        const auto& entries = data.at("entries").as_object();
        const auto count = [&](std::string_view kind) { return entries.at(kind).to_number<std::uint64_t>(); };
        std::string text = fmt::format("{} entries", count("all"));
        for (const char* kind : {"lesson", "fix", "project", "passage"})
            text += fmt::format("{}{} {}", std::string_view(kind) == "lesson" ? ": " : ", ", count(kind), kind);
        text += fmt::format(". Learned fixes: {}. Background: {}.", record_text(found->fixes), background.text());
        return tool_answer(std::move(text), std::move(data));
    });
    return out;
}

} // namespace

json::array knowledge_tools() {
    return json::parse(tools_text).as_array();
}

std::expected<ToolStart, std::string> read_knowledge_arguments(Tool tool, const json::object& arguments) {
    switch (tool) {
    case Tool::search_knowledge:
        return start_search(arguments);
    case Tool::explain_error:
        return start_explain(arguments);
    case Tool::add_fix:
        return start_add(arguments);
    default:
        return start_stats();
    }
}

} // namespace rustcoder::server
