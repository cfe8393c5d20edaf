// Port: a small program in Python, C or C++ in, a cargo project out that does the same on the given inputs, as far as
// that could be compared. docs/port.md. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/port_plan.h"

namespace rustcoder::agent {

struct PortRequest {
    project::Project sources; // the program
    std::string package;      // empty: the caller's choice is left to the model's manifest
    /// What both programs are run with. Where the original cannot be run here, `expected_stdout` and `expected_code`
    /// stand for it. None: one run without arguments and input.
    std::vector<repair::Example> cases;
    bool plan_only = false;
    int rounds = 4; // answers with code, the first included
    std::chrono::milliseconds deadline{600'000};
};

struct PortCase {
    enum class Verdict { equal, different, not_comparable } verdict = Verdict::not_comparable;
    std::string input; // the command line, for people
    std::string what;  // what differs, or why it could not be compared
};
const char* name(PortCase::Verdict verdict);

struct PortAnswer {
    /// It builds, its own tests pass, at least one case was compared, and none differs.
    bool success = false;
    PortPlan plan;
    project::Project project;       // best state; empty when there is none (or plan_only)
    std::string language, original; // how the original was run; empty: it was not
    std::string message;            // what was reached, what is missing, what to do
    std::vector<PortCase> cases;
    toolchain::CheckReport report; // of the last build of `project`
    std::vector<repair::Attempt> attempts;
    ModelCosts model;
    std::string evidence_json;
    std::chrono::milliseconds wall{};
};

/// Errors: unavailable (no model is configured; toolchain), invalid_input (no program in a known language), limit (too
/// long for the model), those of the model when there is nothing yet, cancelled.
Result<PortAnswer> port(const Environment& environment, const PortRequest& request, std::stop_token stop = {},
                        const std::function<void(const repair::Event&)>& on_event = {});

} // namespace rustcoder::agent
