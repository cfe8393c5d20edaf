// The operations of an OpenAPI description as tools: names, descriptions, arguments. Thread-safe as values.
#pragma once

#include "mcp/types.h"
#include "proxy/openapi_document.h"

namespace rustcoder::proxy {

struct Parameter {
    enum class In { path, query, header, cookie };
    std::string argument; // as the tool calls it
    std::string name;     // as HTTP calls it
    In in = In::query;
    std::string style; // form, simple, label, matrix, spaceDelimited, pipeDelimited, deepObject
    bool explode = false, required = false, as_json = false;
    bool segments = false; // a path parameter whose slashes are slashes
};

/// Where a key goes that the user gives.
struct Credential {
    enum class Kind { none, bearer, basic, header, query, cookie } kind = Kind::none;
    std::string name;
};

struct Operation {
    std::string method, path; // GET, /pets/{id}
    mcp::Tool tool;
    std::vector<Parameter> parameters;
    std::string body_type; // media type of the body; empty = none
    bool body_required = false;
    Credential credential;
    std::string accept;
};

struct OperationFilter {
    std::vector<std::string> tags, methods, paths; // empty = all; paths are globs with * and ?
};

/// In the order of the description. Names are unique, at most 64 characters of [A-Za-z0-9_-], and the same in every
/// run.
std::vector<Operation> list_operations(const json::object& document, const OperationFilter& filter = {});
/// servers[0] with its variables' defaults, seen from where the description lies (empty when it is a file).
std::string server_url(const json::object& document, const std::string& document_url);
bool glob_match(std::string_view pattern, std::string_view text);

} // namespace rustcoder::proxy
