// What generate answers -> the JSON of the contract, with ours after it. Pure functions.
#pragma once

#include "server/render.h"

namespace rustcoder::server {

/// 200 body of POST /generate-sync: success, message, combined_text, files, build_output, build_success; then ours.
base::json::object generate_body(const JobRequest& request, const agent::GenerateAnswer& answer);

/// GET /project/{id}: project_id, status, message, files, build_output, run_output; then ours. The status goes
/// processing, generating, compiling, error ("Compilation failed, attempting to fix"), completed or failed.
base::json::object project_body(const Job& job);
/// What POST /generate answers at once: the first six alone.
base::json::object project_started(const std::string& id);

/// The project of a finished job; null when there is none.
const project::Project* project_of(const Job& job);

/// What was made and what is missing, in words: for people and models.
std::string generate_summary(const base::json::object& body);

} // namespace rustcoder::server
