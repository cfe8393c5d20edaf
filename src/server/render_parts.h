// What the answers of several kinds share. Pure functions; private to the renderers.
#pragma once

#include "server/render.h"

namespace rustcoder::server {

/// One output field: bounded, valid UTF-8.
std::string output_text(std::string_view s);
base::json::object files_json(const project::Project& project);
base::json::array strings(const std::vector<std::string>& list);
/// Where a diagnostic points: its first primary span in the project, else anywhere; null without one.
const toolchain::Span* place_of(const toolchain::Diagnostic& d);
/// "error[E0425]: cannot find value `x`".
std::string headline(const toolchain::Diagnostic& d);
base::json::object error_details(const std::string& text, std::span<const toolchain::Diagnostic> diagnostics,
                                 const std::string& cargo_error);
/// The program's standard output; `when_failed` when it ended badly; null when nothing was run.
base::json::value run_output(const std::optional<toolchain::RunReport>& run, const base::json::value& when_failed);
/// [{attempt, success, output | null}].
base::json::array attempts_json(const std::vector<repair::Attempt>& attempts);
/// The project in flat text with the contract's "# Build failed" and what is left; parse_flat_text() ignores the tail.
std::string failed_text(const project::Project& project, std::string_view summary,
                        std::span<const toolchain::Diagnostic> left, std::string_view explanation);
base::json::value evidence_json(const std::string& text);

} // namespace rustcoder::server
