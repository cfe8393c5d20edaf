// The use cases, free of any transport: compile, fix. Requests and answers are plain values; server/ and cli/ render
// them. Thread-safe: each call opens its own Workspace; the number running at once is bounded by the caller.
#pragma once

#include "process/sandbox.h"
#include "project/project.h"
#include "repair/engine.h"
#include "toolchain/toolchain.h"

namespace rustcoder::knowledge {
class Memory;
}
namespace rustcoder::model {
class ChatModel;
}
namespace rustcoder::scaffold {
class Library;
}

namespace rustcoder::agent {

class Knowledge; // agent/knowledge.h

struct Environment { // chosen once, in cli/
    toolchain::Toolchain toolchain;
    process::Sandbox sandbox;
    std::filesystem::path cache_dir;              // warm dependencies, rustc info; empty = none
    bool naturalness = true;                      // use the naturalness model when one was trained
    std::shared_ptr<knowledge::Memory> memory;    // learned fixes and experience (agent/learning.h); none = no learning
    std::shared_ptr<Knowledge> knowledge;         // what the model is told beside the errors; none = nothing
    std::shared_ptr<model::ChatModel> chat;       // none = no model
    std::shared_ptr<scaffold::Library> templates; // for generate; none = there are none
};

/// What asking a model took.
struct ModelCosts {
    std::string model; // empty: none was asked
    int requests = 0;
    std::int64_t prompt_tokens = 0, completion_tokens = 0;
    double cost = 0; // by the profile's prices
    std::chrono::milliseconds wall{};
    std::string failure; // why there was no answer, or none that could be used
    /// Sums up; the failure is left.
    ModelCosts& operator+=(const ModelCosts& more);
};

struct CompileRequest {
    project::Project project;
    bool run = true;
    toolchain::RunInput input;
};
struct CompileAnswer {
    bool success = false;
    toolchain::CheckReport report;           // of the build
    std::string build_output;                // "Build successful" or cargo's stderr
    std::optional<toolchain::RunReport> run; // when it was built, run was asked and there is a binary
};
/// With the caller's own model where there is none.
Environment with_model_of(Environment environment, const std::shared_ptr<model::ChatModel>& chat);

Result<CompileAnswer> compile(const Environment& environment, const CompileRequest& request, std::stop_token stop = {});

struct FixRequest {
    project::Project project;
    std::string description;
    repair::Options options;
    bool run = false;                       // run the program at the end (contract: /compile-and-fix does)
    bool use_model = true;                  // when environment.chat is there
    int model_samples = 3;                  // answers asked for at once
    std::shared_ptr<model::ChatModel> chat; // the caller's own, asked when environment.chat is not there
    bool learn = true;         // let a verified repair teach environment.memory; recalling needs no permission
    toolchain::RunInput input; // what to run it with
};
struct FixAnswer {
    repair::Outcome outcome;
    std::optional<toolchain::RunReport> run;
    ModelCosts model;
    std::string evidence_json; // toolchain, commands, diff, edits, sandbox, hashes
};
Result<FixAnswer> fix(const Environment& environment, const FixRequest& request, std::stop_token stop = {},
                      const std::function<void(const repair::Event&)>& on_event = {});

/// The evidence record as JSON text (docs/evidence.md).
std::string evidence(const Environment& environment, const FixAnswer& answer);

} // namespace rustcoder::agent
