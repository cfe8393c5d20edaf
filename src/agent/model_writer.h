// Projects as a model writes them: what is sent, and what is made of the answer. Nothing here is verified; generate()
// has the compiler judge it. Thread-safe: every call is a conversation of its own.
#pragma once

#include "agent/agent.h"
#include "model/chat.h"

namespace rustcoder::agent {

/// A crate that can be had on this machine.
struct AvailableCrate {
    std::string name, version;
};
/// Those of the local registries (Debian's /usr/share/cargo/registry and the like), by name; newest version each.
std::vector<AvailableCrate> available_crates(const Environment& environment);

struct WriteInput {
    std::string description, requirements;
    std::string material;             // what it is made from: sources in another language
    std::vector<std::string> missing; // requirements that `base` does not meet; empty without a base
    std::string package, edition;
    project::Project base; // nearest template, filled; empty = from nothing
    std::string base_title;
    std::vector<repair::Example> examples;
    std::map<std::string, std::string> tests; // the caller's; shown, never to be changed
    std::vector<AvailableCrate> crates;       // may be used; none = std only
    std::string lessons;                      // what the knowledge base says
};

struct Written {
    project::Project project;         // base with the answer's files and blocks applied
    std::vector<std::string> refused; // "path: reason"
    std::vector<std::string> dropped; // dependencies that cannot be had, taken out of Cargo.toml again
    ModelCosts costs;
};

/// The first answer. Of a project from nothing: whole files; of one with a base: search/replace blocks and new files.
/// What the answer may not do: build scripts, tool configuration, paths outside, changes to `tests`. Cargo.toml is made
/// sane: package name and edition as asked, only crates that can be had, at versions that can be had.
/// Errors: those of ChatModel::chat; invalid_input (no answer holds a project).
Result<Written> write_project(model::ChatModel& model, const WriteInput& input, std::stop_token stop = {});

/// What was wrong with the last state, for another round.
struct Failure {
    std::vector<toolchain::Diagnostic> errors; // of the compiler
    std::string words;                         // failed tests with their output, examples with what came instead
};
Result<Written> revise_project(model::ChatModel& model, const WriteInput& input, const project::Project& current,
                               const Failure& failure, std::stop_token stop = {});

} // namespace rustcoder::agent
