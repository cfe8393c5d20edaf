// OpenAPI 3.1, generated from the table that routes.
#include "base/text.h"
#include "server/face.h"

#include <boost/json/parse.hpp>
#include <cctype>

namespace rustcoder::server {

namespace json = base::json;

namespace {

constexpr const char* schemas_text = R"json({
  "Detail": {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "string"}}},
  "ValidationError": {"type": "object", "required": ["detail"], "properties": {"detail": {"type": "array", "items":
    {"type": "object", "required": ["type", "loc", "msg"], "properties": {"type": {"type": "string"},
     "loc": {"type": "array", "items": {"type": ["string", "integer"]}}, "msg": {"type": "string"}, "input": {}}}}}},
  "Problem": {"type": "object", "description": "RFC 9457", "required": ["type", "title", "status", "detail"],
    "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
                   "detail": {"type": "string"}, "request_id": {"type": "string"}}},
  "Files": {"type": "object", "description": "Path in the project -> content", "additionalProperties": {"type": "string"}},
  "CompileRequest": {"type": "object", "properties": {
    "code": {"type": "string", "description": "The project in flat text: `[filename: PATH]` lines, each followed by the file's content"},
    "files": {"$ref": "#/components/schemas/Files"},
    "run": {"type": "boolean", "default": true, "description": "Run the program when it builds"}},
    "oneOf": [{"required": ["code"]}, {"required": ["files"]}],
    "example": {"code": "[filename: Cargo.toml]\n[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[filename: src/main.rs]\nfn main() {\n    println!(\"Hello, world!\");\n}\n"}},
  "CompileResponse": {"type": "object", "required": ["success", "files", "build_output"], "properties": {
    "success": {"type": "boolean"}, "files": {"type": "array", "items": {"type": "string"}},
    "build_output": {"type": "string", "description": "\"Build successful\" or what cargo printed"},
    "run_output": {"type": ["string", "null"], "description": "stdout; \"Failed to run project\"; null when there is no program"},
    "error_details": {"$ref": "#/components/schemas/ErrorDetails"}}},
  "ErrorDetails": {"type": "object", "properties": {"full_error": {"type": "string"}, "error_message": {"type": "string"},
    "error_location": {"type": "string"}}},
  "FixRequest": {"type": "object", "required": ["description"], "properties": {
    "code": {"type": "string", "description": "The project in flat text"}, "files": {"$ref": "#/components/schemas/Files"},
    "description": {"type": "string"},
    "max_attempts": {"type": "integer", "default": 10, "minimum": 0, "description": "Builds allowed; more than 100 is taken as 100"},
    "run": {"type": "boolean", "default": true}, "strict": {"type": "boolean", "default": false, "description": "Accept no edit that may change behaviour, panic or delete"},
    "tests": {"type": "boolean", "default": false, "description": "Judge fixes by the project's own tests"},
    "examples": {"type": "array", "maxItems": 64, "description": "What the repaired program has to do", "items": {"$ref": "#/components/schemas/Example"}},
    "timeout_seconds": {"type": "number", "exclusiveMinimum": 0}},
    "oneOf": [{"required": ["code"]}, {"required": ["files"]}],
    "example": {"description": "Greets the world", "code": "[filename: Cargo.toml]\n[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2021\"\n\n[filename: src/main.rs]\nfn main() {\n    println!(\"Hello, world!\";\n}\n"}},
  "Example": {"type": "object", "additionalProperties": false, "properties": {"args": {"type": "array", "items": {"type": "string"}},
    "stdin": {"type": "string"}, "files": {"allOf": [{"$ref": "#/components/schemas/Files"}], "description": "What its working folder holds"}, "stdout": {"type": "string", "description": "Expected, byte for byte"},
    "code": {"type": "integer", "description": "Expected exit status"}}},
  "FixResponse": {"type": "object", "required": ["success", "message", "attempts", "combined_text", "files", "build_output", "build_success"],
    "properties": {"success": {"type": "boolean"}, "message": {"type": "string"},
    "attempts": {"type": "array", "items": {"type": "object", "properties": {"attempt": {"type": "integer"},
       "success": {"type": "boolean"}, "output": {"type": ["string", "null"]}}}},
    "combined_text": {"type": "string"}, "files": {"$ref": "#/components/schemas/Files"}, "build_output": {"type": "string"},
    "run_output": {"type": ["string", "null"]}, "build_success": {"type": "boolean"},
    "error_details": {"$ref": "#/components/schemas/ErrorDetails"},
    "verdict": {"enum": ["already_ok", "fixed", "partial", "unchanged", "cancelled", "failed"]},
    "explanation": {"type": "string"}, "diff": {"type": "string", "description": "Unified diff"},
    "edits": {"type": "array", "items": {"$ref": "#/components/schemas/Edit"}},
    "preservation": {"type": "object"}, "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/Diagnostic"}},
    "notes": {"type": "array", "items": {"type": "string"}}, "evidence": {"type": ["object", "null"]}}},
  "Edit": {"type": "object", "properties": {"file": {"type": "string"}, "line": {"type": ["integer", "null"]},
    "code": {"type": "string"}, "message": {"type": "string"}, "why": {"type": "string"}, "rule": {"type": "string"},
    "risk": {"enum": ["none", "low", "cost", "behaviour", "destructive"]}, "confidence": {"type": "number"}}},
  "Diagnostic": {"type": "object", "properties": {"code": {"type": "string"}, "level": {"type": "string"},
    "message": {"type": "string"}, "file": {"type": ["string", "null"]}, "line": {"type": ["integer", "null"]},
    "column": {"type": ["integer", "null"]}, "label": {"type": "string"}, "help": {"type": "array", "items": {"type": "string"}},
    "suggestions": {"type": "array", "items": {"type": "object"}}}},
  "JobRequest": {"type": "object", "description": "generate takes the fields of GenerateRequest beside kind", "properties": {
    "kind": {"enum": ["fix", "compile", "check", "generate"], "default": "fix"}, "code": {"type": "string"}, "files": {"$ref": "#/components/schemas/Files"}, "description": {"type": "string"},
    "max_attempts": {"type": "integer", "default": 10}, "run": {"type": "boolean", "default": true},
    "strict": {"type": "boolean", "default": false}, "tests": {"type": "boolean", "default": false},
    "examples": {"type": "array", "items": {"$ref": "#/components/schemas/Example"}}, "timeout_seconds": {"type": "number"}},
    "oneOf": [{"required": ["code"]}, {"required": ["files"]}, {"required": ["kind", "description"], "properties": {"kind": {"const": "generate"}}}]},
  "Job": {"type": "object", "required": ["id", "kind", "state"], "properties": {"id": {"type": "string"},
    "kind": {"enum": ["fix", "compile", "check", "learn", "generate"]}, "state": {"enum": ["queued", "running", "done", "failed", "cancelled"]},
    "created": {"type": "string", "format": "date-time"}, "seconds": {"type": "number"},
    "success": {"type": ["boolean", "null"]}, "error": {"type": ["string", "null"]},
    "title": {"type": "string", "description": "The beginning of the description"}, "deleted": {"type": "boolean"}, "links": {"type": "object", "properties": {"self": {"type": "string"}, "events": {"type": "string"}, "result": {"type": "string"}}}}},
  "Health": {"type": "object", "properties": {"status": {"const": "ok"}}},
  "Ready": {"type": "object", "properties": {"status": {"enum": ["ready", "not ready"]}, "checks": {"type": "object",
    "additionalProperties": {"type": "object", "properties": {"ok": {"type": "boolean"}, "detail": {"type": "string"}}}}}},
  "Version": {"type": "object", "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "api": {"type": "string"}}}
})json";

json::object reference(const std::string& schema) {
    return {{"$ref", "#/components/schemas/" + schema}};
}

json::object content(const std::string& type, const std::string& schema) {
    json::object media;
    if (!schema.empty())
        media["schema"] = reference(schema);
    json::object out;
    out[type] = std::move(media);
    return out;
}

json::object operation(const Route& route, bool needs_key) {
    json::object op;
    op["operationId"] = [&] {
        std::string id = route.method == "GET" ? "get" : route.method == "POST" ? "post" : "delete";
        for (std::size_t i = 0; i < route.pattern.size(); ++i) {
            const char c = route.pattern[i];
            id += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
        }
        return id;
    }();
    op["tags"] = json::array{json::value(route.tag)};
    op["summary"] = route.summary;
    json::array parameters;
    for (std::size_t at = 0; (at = route.pattern.find('{', at)) != std::string::npos; ++at) {
        json::object p;
        p["name"] = base::replace_all(route.pattern.substr(at + 1, route.pattern.find('}', at) - at - 1), "...", "");
        p["in"] = "path";
        p["required"] = true;
        p["schema"] = json::object{{"type", "string"}};
        parameters.emplace_back(std::move(p));
    }
    for (const auto& q : route.query)
        parameters.emplace_back(
            json::object{{"name", q.name},
                         {"in", "query"},
                         {"required", q.required},
                         {"description", q.description},
                         {"schema", json::object{{"type", q.name == "limit" ? "integer" : "string"}}}});
    if (!parameters.empty())
        op["parameters"] = std::move(parameters);
    if (!route.request_schema.empty()) {
        json::object body;
        body["required"] = true;
        body["content"] = content("application/json", route.request_schema);
        op["requestBody"] = std::move(body);
    }
    json::object responses;
    for (const auto& r : route.responses) {
        json::object response;
        response["description"] = r.description;
        response["content"] = content(r.content_type, r.schema);
        responses[std::to_string(r.status)] = std::move(response);
    }
    op["responses"] = std::move(responses);
    if (needs_key && route.access == Access::key)
        op["security"] = json::array{json::value(json::object{{"key", json::array()}})};
    return op;
}

} // namespace

json::object App::openapi() const {
    json::object paths;
    for (const auto& route : routes) {
        if (route.tag.empty())
            continue; // pages
        std::string method = route.method;
        for (char& c : method)
            c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        auto& item = paths[base::replace_all(route.pattern, "...}", "}")];
        if (!item.is_object())
            item.emplace_object();
        item.get_object()[method] = operation(route, !options.api_key.empty());
    }
    json::object components;
    auto schemas = json::parse(schemas_text).as_object();
    for (const char* text : {knowledge_schemas(), generate_schemas()}) {
        const auto more = json::parse(text);
        for (const auto& schema : more.as_object())
            schemas[schema.key()] = schema.value();
    }
    components["schemas"] = std::move(schemas);
    if (!options.api_key.empty()) {
        json::object key;
        key["type"] = "http";
        key["scheme"] = "bearer";
        components["securitySchemes"] = json::object{{"key", std::move(key)}};
    }
    json::object out;
    out["openapi"] = "3.1.0";
    out["info"] = json::object{
        {"title", "Rust Coder"},
        {"version", version},
        {"description",
         "Compiles Rust projects, repairs them until the compiler accepts them, and makes new ones from descriptions."},
        {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}};
    out["paths"] = std::move(paths);
    out["components"] = std::move(components);
    return out;
}

} // namespace rustcoder::server
