// An OpenAPI 3.0 or 3.1 description as JSON, and its references. Thread-safe as a value.
#pragma once

#include "base/json.h"

namespace rustcoder::proxy {

namespace json = base::json;

/// JSON, or YAML of the JSON kind. Errors: invalid_input (neither; not OpenAPI 3), limit.
Result<json::object> read_openapi(std::string_view text);

/// What "#/components/..." names; null when it names nothing. Only local references are followed.
const json::value* find_reference(const json::object& document, std::string_view reference);
/// `value`, or what its $ref (and that one's) names; null when that leads nowhere.
const json::object* follow(const json::object& document, const json::value& value);

/// The schema as tools show it: JSON Schema without references, in the part that clients and models take (root keywords
/// of validation and description). Recursion and what is larger than a tool should be is cut to an open object.
json::object plain_schema(const json::object& document, const json::value& schema);

} // namespace rustcoder::proxy
