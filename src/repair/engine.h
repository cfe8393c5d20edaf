// The repair engine: a search for the smallest change that the compiler accepts and that keeps the author's intent.
// docs/repair.md explains the search. Deterministic for a given input and budget in checks.
#pragma once

#include "repair/source.h"
#include "toolchain/workspace.h"

#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>

namespace rustcoder::repair {

class Naturalness; // repair/naturalness.h

struct Example { // acceptance: the program must do this
    std::vector<std::string> arguments;
    std::string stdin_bytes;
    project::Project files{}; // in its working folder; empty = it runs in the project's own
    std::optional<std::string> expected_stdout;
    std::optional<int> expected_code;
};

struct Options {
    int max_checks = 400; // candidate checks in all
    int max_builds = 0;   // authoritative builds allowed (contract: max_attempts); 0 = no bound
    std::chrono::milliseconds deadline{120'000};
    Risk max_risk = Risk::destructive;              // --strict: Risk::cost
    bool compiler_only = false;                     // baseline: only rustc's own suggestions
    bool deny_warnings = false;                     // warnings are errors too
    bool run_tests = false;                         // judge compiling candidates by the project's own tests
    bool judge_by_tests = true;                     // agent: turn run_tests on when the project has tests
    std::vector<Example> examples;                  // judge by these too (bins)
    bool build = true;                              // end with a real build (link, const-eval)
    int threads = 0;                                // parallel checks; 0 = cores
    std::shared_ptr<const Naturalness> naturalness; // breaks ties between candidates; none = by priors alone
    std::vector<std::shared_ptr<const CandidateSource>> sources; // asked beside the rules; by compiler_only too
    std::shared_ptr<const Experience> experience;                // corrects priors; none = as the sources say
    bool record_trials = false;                                  // fill Outcome::trials
};

struct AppliedEdit {
    Candidate candidate;                   // patch is against the state numbered `state`
    int state = 0;                         // 0 = the original; edits of one batch share a state
    std::string error_code, error_message; // what it answers
    std::string place;                     // file:line
    int alternatives = 0;                  // candidates checked from the same state before it
    double confidence = 0;                 // 0..1
    double droppable = 1;                  // Experience::droppable
    bool sure = false;                     // Experience::sure
    std::shared_ptr<const Trial> trial;    // when record_trials
};

struct Preservation {
    std::size_t items_before = 0, items_after = 0, statements_before = 0, statements_after = 0;
    std::size_t tests_before = 0, tests_after = 0, asserts_before = 0, asserts_after = 0;
    double tokens_kept = 1.0;               // share of the author's tokens still there in order
    std::vector<std::string> lost_items;    // by qualified name
    std::vector<std::string> added_escapes; // todo!, unimplemented!, unsafe, #[allow], ... the fix introduced
    enum class Verdict { preserved, changed, gutted } verdict = Verdict::preserved;
    std::string summary;
};
const char* name(Preservation::Verdict v);
Preservation compare(const project::Project& before, const project::Project& after);

enum class Verdict {
    already_ok, // it compiled as it came
    fixed,      // compiles now, verified by cargo, preserved
    partial,    // fewer or later errors than before; best state returned
    unchanged,  // nothing helped
    cancelled,  // the caller stopped it; best so far returned
    failed      // could not be judged (cargo or sandbox failed; see error)
};
const char* name(Verdict v);

/// One authoritative compile, for the contract's `attempts` list.
struct Attempt {
    bool success = false;
    std::string output;
};

struct Event {
    enum class Kind { checked, trying, accepted, rejected, verifying, done } kind = Kind::checked;
    std::string message;
    int errors = 0, checks = 0;
};

struct Outcome {
    Verdict verdict = Verdict::unchanged;
    project::Project original, best;
    std::vector<AppliedEdit> applied;
    std::vector<toolchain::Diagnostic> first_diagnostics, remaining;
    std::vector<Attempt> attempts;
    Preservation preservation;
    Risk worst_risk = Risk::none;
    std::vector<Trial> trials; // when record_trials
    int patience_used = 0;     // most checks in a row that brought nothing better, up to the last that did
    int checks = 0, errors_before = 0, errors_after = 0;
    std::chrono::milliseconds wall{};
    toolchain::Costs costs;
    std::string build_output;                  // of the last authoritative compile
    std::string explanation;                   // why it ended as it did, in words
    std::optional<toolchain::RunReport> tests; // when run_tests
    std::optional<bool> examples_pass;         // when examples were given and the program could be run
};

/// Errors are only those of the machinery (sandbox refused, toolchain gone); everything else is an Outcome.
Result<Outcome> repair(toolchain::Workspace& workspace, const project::Project& project, const Options& options = {},
                       std::stop_token stop = {}, const std::function<void(const Event&)>& on_event = {});

} // namespace rustcoder::repair
