// The schemas of /knowledge, as openapi.cpp has those of the rest.
#include "server/face.h"

namespace rustcoder::server {

const char* knowledge_schemas() {
    return R"json({
  "SearchRequest": {"type": "object", "required": ["query"], "properties": {
    "query": {"type": "string", "maxLength": 8000, "description": "Words, an identifier, an error code, a compiler message"},
    "kind": {"description": "Only these kinds", "anyOf": [{"$ref": "#/components/schemas/Kind"},
      {"type": "array", "items": {"$ref": "#/components/schemas/Kind"}}]},
    "code": {"type": "string", "description": "Only entries about this error code"},
    "toolchain": {"type": "string", "description": "Only entries verified with this version, or with none stated"},
    "limit": {"type": "integer", "default": 10, "minimum": 1, "maximum": 100},
    "mode": {"enum": ["hybrid", "text", "vector"], "default": "hybrid"}},
    "example": {"query": "cannot borrow as mutable because it is also borrowed as immutable", "limit": 5}},
  "Kind": {"enum": ["lesson", "fix", "project", "passage"]},
  "Counts": {"type": "object", "properties": {"tried": {"type": "integer"}, "compiled": {"type": "integer"},
    "passed": {"type": "integer"}, "rejected": {"type": "integer"}}},
  "Hit": {"type": "object", "required": ["id", "kind", "title", "snippet"], "properties": {"id": {"type": "string"},
    "kind": {"$ref": "#/components/schemas/Kind"}, "title": {"type": "string"}, "snippet": {"type": "string"},
    "codes": {"type": "array", "items": {"type": "string"}}, "source": {"type": "string"},
    "score": {"type": "number", "description": "Only the order means something"},
    "text_rank": {"type": "integer", "description": "Place in the full-text part, 0 = not found by it"},
    "vector_rank": {"type": "integer"}, "counts": {"$ref": "#/components/schemas/Counts"}}},
  "SearchAnswer": {"type": "object", "required": ["count", "hits"], "properties": {"query": {"type": "string"},
    "count": {"type": "integer"}, "hits": {"type": "array", "items": {"$ref": "#/components/schemas/Hit"}},
    "note": {"type": "string", "description": "What was not used, and why"}, "took_ms": {"type": "number"}}},
  "ExplainRequest": {"type": "object", "required": ["error"], "properties": {
    "error": {"type": "string", "description": "An error code, or the compiler's whole message"},
    "limit": {"type": "integer", "default": 5, "minimum": 1, "maximum": 20}}, "example": {"error": "E0382"}},
  "Explanation": {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"},
    "explanation": {"type": "string"}, "explanation_from": {"type": "string"},
    "lessons": {"type": "array", "items": {"$ref": "#/components/schemas/Hit"}},
    "fixes": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}, "title": {"type": "string"},
      "text": {"type": "string"}, "record": {"type": "string"}, "counts": {"$ref": "#/components/schemas/Counts"},
      "quarantined": {"type": "boolean"}}}}, "note": {"type": "string"}}},
  "Entry": {"type": "object", "required": ["id", "kind", "title", "text"], "properties": {"id": {"type": "string"},
    "kind": {"$ref": "#/components/schemas/Kind"}, "title": {"type": "string"}, "text": {"type": "string"},
    "payload": {"type": ["object", "null"], "description": "For machines, by kind: docs/knowledge.md"},
    "codes": {"type": "array", "items": {"type": "string"}}, "source": {"type": "string"}, "licence": {"type": "string"},
    "toolchain": {"type": "string"}, "created": {"type": ["string", "null"], "format": "date-time"},
    "updated": {"type": ["string", "null"], "format": "date-time"}, "counts": {"$ref": "#/components/schemas/Counts"},
    "quarantined": {"type": "boolean"}}},
  "Removed": {"type": "object", "properties": {"success": {"const": true}, "removed": {"type": "string"}}},
  "ErrorLesson": {"type": "object", "properties": {
    "error": {"type": "string", "description": "The compiler's message, or its kind"},
    "solution": {"type": "string", "description": "What to do, in words"},
    "context": {"type": "string"}, "example": {"type": "string", "description": "Rust code"},
    "codes": {"type": "array", "items": {"type": "string"}},
    "before": {"description": "The project with its errors: flat text, or {path: content}",
      "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Files"}]},
    "after": {"description": "The same project repaired", "anyOf": [{"type": "string"}, {"$ref": "#/components/schemas/Files"}]},
    "source": {"type": "string", "maxLength": 80, "description": "Who says so"}},
    "anyOf": [{"required": ["error", "solution"]}, {"required": ["before", "after"]}],
    "example": {"before": "fn main() {\n    let n: i32 = \"5\";\n    println!(\"{n}\");\n}\n", "after": "fn main() {\n    let n: i32 = 5;\n    println!(\"{n}\");\n}\n"}},
  "Added": {"type": "object", "properties": {"success": {"const": true}, "kind": {"$ref": "#/components/schemas/Kind"},
    "id": {"type": "string"}}},
  "Learned": {"type": "object", "properties": {"success": {"const": true}, "kind": {"const": "fix"},
    "ids": {"type": "array", "items": {"type": "string"}}, "fresh": {"type": "integer"}, "strengthened": {"type": "integer"},
    "generalised": {"type": "integer"}, "errors": {"type": "integer", "description": "Of the version with errors"},
    "changes": {"type": "integer"}, "explained": {"type": "integer", "description": "Changes that an error needed"},
    "checks": {"type": "integer"}, "learned": {"type": "array", "items": {"type": "string"}},
    "note": {"type": "string", "description": "Why nothing was learned, when nothing was"}}},
  "ProjectExample": {"type": "object", "required": ["query"], "properties": {
    "query": {"type": "string", "description": "What somebody would ask for"}, "example": {"type": "string"},
    "project_files": {"$ref": "#/components/schemas/Files"}, "code": {"type": "string", "description": "The same as flat text"},
    "licence": {"type": "string"}, "source": {"type": "string", "maxLength": 80}},
    "example": {"query": "A program that greets", "project_files": {"src/main.rs": "fn main() {\n    println!(\"Hello!\");\n}\n"}}},
  "KnowledgeStats": {"type": "object", "properties": {"entries": {"type": "object", "additionalProperties": {"type": "integer"}},
    "quarantined": {"type": "integer"}, "vectors": {"type": "integer"}, "bytes": {"type": "integer"},
    "fixes": {"$ref": "#/components/schemas/Counts"}, "sources": {"type": "object", "additionalProperties": {"type": "integer"}},
    "oldest": {"type": ["string", "null"]}, "newest": {"type": ["string", "null"]},
    "growth": {"type": "object", "description": "Day -> kind -> new entries", "additionalProperties": {"type": "object",
      "additionalProperties": {"type": "integer"}}},
    "embedding_model": {"type": "string"}, "background": {"type": "object", "properties": {
      "phase": {"enum": ["waiting", "seeding", "embedding", "idle", "failed", "stopped"]}, "text": {"type": "string"},
      "source": {"type": "string"}, "done": {"type": "integer"}, "all": {"type": "integer"}, "entries": {"type": "integer"},
      "embedded": {"type": "integer"}, "to_embed": {"type": "integer"}}}}},
  "SnapshotReport": {"type": "object", "properties": {"success": {"const": true}, "entries": {"type": "integer"},
    "fresh": {"type": "integer"}, "merged": {"type": "integer"}, "refused": {"type": "integer"}, "vectors": {"type": "integer"}}}
})json";
}

} // namespace rustcoder::server
