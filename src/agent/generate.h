// Generate: a description in, a whole cargo project out that the compiler has accepted and its tests have passed.
// docs/generate.md tells the order of things. Thread-safe.
#pragma once

#include "agent/agent.h"
#include "agent/artifact.h"
#include "scaffold/library.h"

namespace rustcoder::agent {

struct GenerateRequest {
    std::string description;                  // must say something
    std::string requirements;                 // further wishes, a list or sentences
    std::string package;                      // empty: as the description says, else the template's name
    std::string edition;                      // empty: the template's, else 2021
    std::string from;                         // a template by name: no choosing
    bool use_model = true;                    // when there is one
    std::shared_ptr<model::ChatModel> chat;   // the caller's own, asked when environment.chat is not there
    std::vector<repair::Example> examples;    // the program must do this
    std::map<std::string, std::string> tests; // "tests/NAME.rs" -> content; must pass and are never changed
    bool run = false;                         // run the program at the end, without arguments
    toolchain::RunInput input;                // ... or with these
    std::optional<ArtifactOptions> artifact;  // hand over the built program or library
    int max_attempts = 10;                    // projects that are built and judged
    std::chrono::milliseconds deadline{300'000};
};

/// GenerateRequest::tests: a Rust file below tests/, written as it is taken. Errors: invalid_input, those of safe_path.
Status check_test_path(std::string_view path);

struct RequirementReport {
    std::string text; // in the user's words
    bool met = false;
    bool claimed = false; // a model says that it wrote it; nothing has checked that
    std::string how;      // "always", "feature history", "limit = 20", "model (not verified by a test)", "not covered"
};

struct NearestTemplate {
    std::string name, title, summary;
    double confidence = 0;
};

/// What an example demanded, and what the program did.
struct ExampleReport {
    bool passed = false;
    std::string what; // what differs, in words; empty when it passed
};

struct GenerateAnswer {
    /// The project builds without errors, its tests and the caller's pass, the examples hold. Requirements that are not
    /// met do not make it false; they are told in `requirements` and in `message`.
    bool success = false;
    project::Project project; // the best state; empty when there is none to show
    std::string message;      // what was made and what is missing, or why it could not be made and what to do
    std::string origin;       // "template:calculator", "model:NAME", "template:calculator+model:NAME", "" = none
    double confidence = 0;    // of the choice of the template; 0 without one
    std::vector<std::string> features;
    std::map<std::string, std::string> slots; // that differ from the defaults
    std::vector<RequirementReport> requirements;
    std::vector<NearestTemplate> nearest; // best first
    toolchain::CheckReport report;        // of the last build
    std::string build_output;             // "Build successful" or cargo's stderr
    std::optional<toolchain::RunReport> tests, run;
    std::vector<ExampleReport> examples;
    std::optional<Artifact> artifact;
    std::string artifact_problem; // why there is none although one was asked for
    std::vector<repair::Attempt> attempts;
    ModelCosts model;
    std::string evidence_json; // docs/evidence.md
    std::chrono::milliseconds wall{};
};

/// Errors: invalid_input (empty description, a test outside tests/, an unknown template, a bad package name or target),
/// unavailable (neither templates nor a model; toolchain), cancelled. A project that could not be made, in time or at
/// all, is an answer with success false.
///
/// Events: `trying` = something is being written (a template filled, a model asked), `checked` = it is being compiled
/// and tested, `rejected` = it did not hold and why, `accepted` = it holds, `done` = the end.
Result<GenerateAnswer> generate(const Environment& environment, const GenerateRequest& request,
                                std::stop_token stop = {},
                                const std::function<void(const repair::Event&)>& on_event = {});

} // namespace rustcoder::agent
