// JSON of a request body -> JobRequest, with the contract's refusals. Pure functions.
#pragma once

#include "base/json.h"
#include "server/jobs.h"

#include <expected>

namespace rustcoder::server {

/// Why a body was refused: `detail` is a sentence (400) or a list in the manner of FastAPI with pydantic 2 (422).
struct Rejection {
    int status = 400;
    base::json::value detail;
    base::json::object body() const { return {{"detail", detail}}; }
    /// The same in one line, for MCP.
    std::string text() const;
};

struct SubmissionRules {
    bool description_required = false;            // /compile-and-fix
    const char* missing = "Missing 'code' field"; // the 400 when something required is not there
    int default_attempts = 10;
    std::chrono::milliseconds longest{600'000};
};

inline constexpr int most_attempts = 100; // larger values are taken as this

std::expected<JobRequest, Rejection> parse_submission(JobKind kind, const base::json::object& body,
                                                      const SubmissionRules& rules);

/// The body as a JSON object, or FastAPI's 422.
std::expected<base::json::object, Rejection> parse_object(std::string_view body);

/// One item of a 422 list.
Rejection field_error(const char* type, std::string_view field, std::string_view message, base::json::value input);

} // namespace rustcoder::server
