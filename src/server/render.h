// Answers -> the JSON and text of the contract. Pure functions; all text comes out as valid UTF-8.
#pragma once

#include "base/json.h"
#include "server/jobs.h"

#include <span>

namespace rustcoder::server {

/// Ill-formed bytes become U+FFFD: programs may print anything, JSON may not hold it.
std::string clean_utf8(std::string_view bytes);

const char* verdict_name(repair::Verdict verdict);
bool succeeded(const Answer& answer);
/// Also true for verdict already_ok.
bool fixed(const repair::Outcome& outcome);

/// 200 body of POST /compile.
base::json::object compile_body(const JobRequest& request, const agent::CompileAnswer& answer);
/// 200 body of POST /compile-and-fix, with our additions after the contract's fields.
base::json::object fix_body(const JobRequest& request, const agent::FixAnswer& answer);
/// Errors and warnings, small: {code, level, message, file, line, column, label, help, suggestions}.
base::json::array diagnostics_json(std::span<const toolchain::Diagnostic> list, std::size_t most = 50);
/// {success, errors, warnings, diagnostics}: the answer of the check tool.
base::json::object check_body(const agent::CompileAnswer& answer);

/// The project as flat text; with the contract's "# Build failed" tail when it does not build.
std::string combined_text(const agent::FixAnswer& answer);

/// By kind: one of the bodies above, without the contract's HTTP specifics.
base::json::object answer_body(const JobRequest& request, const Answer& answer);

} // namespace rustcoder::server
