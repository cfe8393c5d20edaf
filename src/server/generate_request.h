// The body of POST /generate and /generate-sync -> JobRequest, and back. Pure functions.
#pragma once

#include "server/submission.h"

namespace rustcoder::server {

struct GenerateRules {
    bool run = false; // when the body does not say
    std::chrono::milliseconds longest{600'000};
};

/// {description, requirements | null} of the contract; ours: name, edition, template, use_model, examples, tests,
/// artifact, run, max_attempts, timeout_seconds.
std::expected<JobRequest, Rejection> parse_generate(const base::json::object& body, const GenerateRules& rules);
/// The same fields; parse_generate(generate_fields(r)) gives r again.
base::json::object generate_fields(const JobRequest& request);
/// As agent::parse_examples() reads them.
base::json::array examples_json(const std::vector<repair::Example>& examples);

} // namespace rustcoder::server
