// JSON about the knowledge base -> native types, with refusals that say how to ask right. Pure functions.
#pragma once

#include "server/submission.h"

#include <variant>

namespace rustcoder::server {

inline constexpr std::size_t most_hits = 100;

/// {query | q, kind (one or a list), code, toolchain, limit, mode}.
std::expected<knowledge::Query, Rejection> parse_search(const base::json::object& body);

/// A lesson in words {error, solution, context?, example?, codes?}, or a repair {before, after} in flat text or as
/// {path: content}, which the compiler has to verify: then a JobRequest. Both take `source`, who says so; it becomes
/// "agent:NAME" when `from_agent`, else "user" or "user:NAME".
std::expected<std::variant<agent::LessonText, JobRequest>, Rejection> parse_error_lesson(const base::json::object& body,
                                                                                         bool from_agent);

/// {query, example?, project_files | files | code}: the contract's project example.
std::expected<agent::ProjectText, Rejection> parse_project_example(const base::json::object& body);

/// Flat text, or {path: content}.
std::expected<project::Project, Rejection> parse_version(const base::json::object& body, const char* field,
                                                         std::vector<std::string>& notes);

/// 32 hex digits.
bool entry_id(std::string_view text);

} // namespace rustcoder::server
