// Schemas of /generate and /project for the OpenAPI document.
#include "server/face.h"

namespace rustcoder::server {

const char* generate_schemas() {
    return R"json({
  "GenerateRequest": {"type": "object", "required": ["description"], "properties": {
    "description": {"type": "string", "description": "What the program or library should do"},
    "requirements": {"type": ["string", "null"], "default": null, "description": "Further wishes, a list or sentences"},
    "name": {"type": "string", "description": "Of the package; default: as the description says"},
    "edition": {"enum": ["2015", "2018", "2021", "2024"]},
    "template": {"type": "string", "description": "A template by name: no choosing"},
    "use_model": {"type": "boolean", "default": true, "description": "Ask the language model, when the server has one"},
    "examples": {"type": "array", "maxItems": 64, "description": "What the program has to do; it is judged by them", "items": {"$ref": "#/components/schemas/Example"}},
    "tests": {"allOf": [{"$ref": "#/components/schemas/Files"}], "description": "tests/NAME.rs -> content: has to pass and is never changed"},
    "artifact": {"description": "Hand over the built file: true, or how it is built", "oneOf": [{"type": "boolean"},
      {"type": "object", "additionalProperties": false, "properties": {"release": {"type": "boolean", "default": true},
       "target": {"type": "string", "description": "An installed triple; default: the server's own"},
       "bin": {"type": "string", "description": "Which program, when there are several"}}}]},
    "run": {"type": "boolean", "description": "Run the program at the end; default true for /generate, false for /generate-sync"},
    "max_attempts": {"type": "integer", "default": 10}, "timeout_seconds": {"type": "number", "default": 300}},
    "example": {"description": "A command-line calculator for the four operations", "requirements": "keep a history; exit on 'quit'"}},
  "GenerateResponse": {"type": "object", "required": ["success", "message", "combined_text", "files", "build_output", "build_success"],
    "properties": {"success": {"type": "boolean"}, "message": {"type": "string"},
    "combined_text": {"type": "string", "description": "The project in flat text; can be sent to /compile as it is"},
    "files": {"$ref": "#/components/schemas/Files"}, "build_output": {"type": ["string", "null"]}, "build_success": {"type": "boolean"},
    "explanation": {"type": "string", "description": "What was made and what is missing, or why it could not be made"},
    "origin": {"type": "string", "description": "template:NAME, model:NAME, or both joined by +"},
    "template": {"type": ["string", "null"]}, "confidence": {"type": "number"},
    "features": {"type": "array", "items": {"type": "string"}}, "slots": {"type": "object", "additionalProperties": {"type": "string"}},
    "requirements": {"type": "array", "items": {"$ref": "#/components/schemas/Requirement"}},
    "nearest": {"type": "array", "items": {"$ref": "#/components/schemas/Nearest"}},
    "tests": {"type": ["object", "null"], "properties": {"passed": {"type": "integer"}, "failed": {"type": "integer"}, "output": {"type": "string"}}},
    "run_output": {"type": ["string", "null"]},
    "examples": {"type": "array", "items": {"type": "object", "properties": {"passed": {"type": "boolean"}, "what": {"type": "string"}}}},
    "artifact": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Artifact"}]},
    "artifact_problem": {"type": "string", "description": "Why there is no built file although one was asked for"},
    "attempts": {"type": "array", "items": {"type": "object"}}, "diagnostics": {"type": "array", "items": {"$ref": "#/components/schemas/Diagnostic"}},
    "model": {"type": ["object", "null"]}, "notes": {"type": "array", "items": {"type": "string"}}, "evidence": {"type": ["object", "null"]}}},
  "Requirement": {"type": "object", "properties": {"text": {"type": "string"}, "met": {"type": "boolean"},
    "claimed": {"type": "boolean", "description": "A model says that it wrote it; nothing has checked that"}, "how": {"type": "string"}}},
  "Nearest": {"type": "object", "properties": {"name": {"type": "string"}, "title": {"type": "string"}, "summary": {"type": "string"},
    "confidence": {"type": "number"}}},
  "Artifact": {"type": "object", "properties": {"file": {"type": "string"}, "target": {"type": "string"}, "release": {"type": "boolean"},
    "bytes": {"type": "integer"}, "sha256": {"type": "string"}}},
  "Project": {"type": "object", "required": ["project_id", "status", "message", "files", "build_output", "run_output"], "properties": {
    "project_id": {"type": "string", "format": "uuid"},
    "status": {"enum": ["processing", "generating", "compiling", "error", "completed", "failed"], "description": "error: a build failed and is being repaired; only the last two are final"},
    "message": {"type": "string"}, "files": {"type": ["array", "null"], "items": {"type": "string"}},
    "build_output": {"type": ["string", "null"]}, "run_output": {"type": ["string", "null"]},
    "explanation": {"type": "string"}, "requirements": {"type": "array", "items": {"$ref": "#/components/schemas/Requirement"}},
    "origin": {"type": "string"}, "template": {"type": ["string", "null"]}, "confidence": {"type": "number"},
    "nearest": {"type": "array", "items": {"$ref": "#/components/schemas/Nearest"}},
    "artifact": {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Artifact"}]},
    "links": {"type": "object", "additionalProperties": {"type": "string"}}}},
  "JobList": {"type": "object", "required": ["jobs", "next_cursor"], "properties": {
    "jobs": {"type": "array", "items": {"$ref": "#/components/schemas/Job"}}, "next_cursor": {"type": ["string", "null"]}}}
})json";
}

} // namespace rustcoder::server
