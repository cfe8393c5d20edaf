// What all evidence records share (docs/evidence.md). Internal to agent/.
#pragma once

#include "agent/agent.h"
#include "base/json.h"

namespace rustcoder::agent {

/// format, time, verdict, explanation, toolchain, sandbox.
base::json::object evidence_head(const Environment& environment, std::string_view verdict,
                                 std::string_view explanation);
base::json::object evidence_run(const toolchain::RunReport& run);
/// Who was asked and what it took.
base::json::object evidence_model(const ModelCosts& costs);

} // namespace rustcoder::agent
