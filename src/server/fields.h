// Members of a request body, checked one by one, with the contract's refusals. Pure functions.
#pragma once

#include "server/submission.h"

#include <optional>

namespace rustcoder::server {

using Step = std::expected<void, Rejection>;

Rejection bad_request(std::string detail);
/// The value for an error report: large inputs are not echoed whole.
base::json::value echo(const base::json::value& v);

/// Absent and null leave `out` as it is.
Step read_text(const base::json::object& body, const char* field, std::string& out);
Step read_flag(const base::json::object& body, const char* field, bool& out);
std::expected<std::optional<double>, Rejection> read_number(const base::json::object& body, const char* field,
                                                            bool whole);
/// A string, or an array of strings.
Step read_texts(const base::json::object& body, const char* field, std::vector<std::string>& out);

/// max_attempts, timeout_seconds, run, examples.
Step read_common_options(const base::json::object& body, const SubmissionRules& rules, JobRequest& request);
/// ... and strict, tests.
Step read_options(const base::json::object& body, const SubmissionRules& rules, JobRequest& request);

/// {path: content}.
std::expected<project::Project, Rejection> project_of_files(const base::json::value& files,
                                                            std::string_view field = "files");
/// Flat text; what was tolerated goes to `notes`.
std::expected<project::Project, Rejection> project_of_text(const base::json::value& text, std::string_view field,
                                                           std::vector<std::string>& notes);

} // namespace rustcoder::server
