#include "agent/evidence_parts.h"

#include "base/clock.h"

namespace rustcoder::agent {

using base::json::object;

object evidence_head(const Environment& environment, std::string_view verdict, std::string_view explanation) {
    return {{"format", "rustcoder-evidence/1"},
            {"time", base::utc_timestamp()},
            {"verdict", verdict},
            {"explanation", explanation},
            {"toolchain", object{{"rustc", environment.toolchain.rustc_version},
                                 {"cargo", environment.toolchain.cargo_version},
                                 {"host", environment.toolchain.host}}},
            {"sandbox", object{{"checking", environment.sandbox.describe(process::Tier::checking)},
                               {"running", environment.sandbox.describe(process::Tier::running)}}}};
}

object evidence_run(const toolchain::RunReport& run) {
    return {{"ended", process::name(run.exit.ended)},
            {"exit_code", run.exit.code},
            {"tests_passed", run.passed()},
            {"tests_failed", run.failed()},
            {"stdout_bytes", run.exit.out.size()}};
}

object evidence_model(const ModelCosts& costs) {
    object out{{"name", costs.model},
               {"requests", costs.requests},
               {"prompt_tokens", costs.prompt_tokens},
               {"completion_tokens", costs.completion_tokens},
               {"cost", costs.cost},
               {"seconds", static_cast<double>(costs.wall.count()) / 1000}};
    if (!costs.failure.empty())
        out["failure"] = costs.failure;
    return out;
}

} // namespace rustcoder::agent
