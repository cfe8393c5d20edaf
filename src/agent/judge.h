// Whether a whole project is right: it builds, its tests pass, the examples hold. Not thread-safe (one Workspace).
#pragma once

#include "agent/deadline.h"
#include "agent/generate.h"
#include "toolchain/workspace.h"

namespace rustcoder::agent {

struct Judgement {
    bool builds = false, tests_pass = false, examples_pass = false;
    toolchain::CheckReport report;             // of the build
    std::optional<toolchain::RunReport> tests; // when it builds
    std::vector<ExampleReport> examples;       // when the tests pass
    bool right() const { return builds && tests_pass && examples_pass; }
    /// The further, the better; of the same stage, the one with more examples that hold.
    std::size_t rank() const;
    /// What is wrong, in words that name it: for people, and for a model.
    std::string words() const;
};

/// Errors: those of the Workspace (sandbox, toolchain, cancelled); a wrong project is a judgement.
Result<Judgement> judge(toolchain::Workspace& workspace, const project::Project& project,
                        const std::vector<repair::Example>& examples, std::stop_token stop);

/// For a state that does not compile: the engine (without a model) repairs it, `tests` are put back as they were given,
/// and the result takes the state's place when it is judged to be further. False: nothing was changed.
Result<bool> repair_and_judge(const Environment& environment, toolchain::Workspace& workspace,
                              project::Project& project, Judgement& judged,
                              const std::vector<repair::Example>& examples,
                              const std::map<std::string, std::string>& tests, const Deadline& deadline);

} // namespace rustcoder::agent
