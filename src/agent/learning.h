// What repairs teach: joins the engine with the knowledge base. docs/learning.md explains the method.
//
// Learning is a by-product: whatever goes wrong in it (store locked, full, damaged) is logged and never fails or
// noticeably delays a repair.
#pragma once

#include "agent/agent.h"
#include "knowledge/learn.h"

namespace rustcoder::agent {

/// What a fix that was supplied from outside has taught.
struct LearnedFix {
    knowledge::LearnReport report;    // templates; `note` says why nothing was learned, when nothing was
    std::size_t errors = 0;           // of the broken project
    std::size_t changes = 0;          // independent changes found between the two versions
    std::size_t explained = 0;        // ... of them needed to make it compile
    int checks = 0;                   // compiler calls it took
    std::vector<std::string> learned; // one line for each lesson: "E0308 mismatched types: `...`"
};

/// Learns how somebody repaired a project. Both versions are judged by the user's toolchain in the sandbox: `before`
/// must have errors, `after` must compile and must not have lost the author's code. Each change is attributed to the
/// errors that come back when it alone is left out, made abstract and kept. `source`: provenance ("user", "watch",
/// "agent:NAME", "model:NAME"). Errors: unavailable (environment.memory is none, toolchain, store), invalid_input
/// (`before` compiles, `after` does not, nothing was changed, or the author's code was deleted rather than repaired),
/// cancelled.
Result<LearnedFix> learn_from_fix(const Environment& environment, const project::Project& before,
                                  const project::Project& after, std::string_view source, std::stop_token stop = {});

/// Lets the engine ask the memory of the environment, when it has one.
void use_memory(const Environment& environment, bool learn, repair::Options& options);
/// After a repair: what was tried and what was accepted. Never fails.
void learn_from_repair(const Environment& environment, const repair::Outcome& outcome, const repair::Options& options,
                       const std::string& source);

} // namespace rustcoder::agent
