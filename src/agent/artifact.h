// The built program (or library) of a project that was verified, with the figures to check it by.
#pragma once

#include "agent/agent.h"
#include "toolchain/workspace.h"

namespace rustcoder::agent {

struct ArtifactOptions {
    bool release = true;
    std::string target; // a triple that is installed; empty: the host's
    std::string bin;    // empty: the only or default one
    std::size_t most_bytes = 64u << 20;
};

struct Artifact {
    std::string file;   // name of the file, "calculator"
    std::string target; // triple
    bool release = true;
    std::shared_ptr<const std::string> bytes;
    std::string sha256;
};

/// Targets that the toolchain can build for, by name; the host's first.
std::vector<std::string> installed_targets(const toolchain::Toolchain& toolchain);

/// Builds and reads it. Errors: invalid_input (a target that is not installed, with those that are; no binary of that
/// name), compile errors of this profile or target as invalid_input with cargo's words, limit (too large), cancelled.
Result<Artifact> build_artifact(const Environment& environment, const project::Project& project,
                                const ArtifactOptions& options, std::stop_token stop = {});

} // namespace rustcoder::agent
