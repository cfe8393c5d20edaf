// One call of cargo in the running tier, and what it said. Internal to toolchain/.
#pragma once

#include "toolchain/diagnostic_parse.h"
#include "toolchain/source_tree.h"
#include "toolchain/workspace.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

namespace rustcoder::toolchain {

/// The private folders that one cargo works in.
struct Place {
    SourceTree tree;
    std::filesystem::path target, home, cargo_home;
};

struct CargoCall {
    std::vector<std::string> arguments;
    std::vector<std::string> env; // added to the base environment
    process::Limits limits;
};

struct CargoRun {
    process::Exit exit;
    CargoOutput output;
    std::string raw_err; // as printed (-vv)
    std::string plain;   // plain_stderr() of it
};

class Counting {
public:
    std::atomic<std::uint64_t> cargo{0}, rustc{0}, runs{0}, micros{0};

    /// A compiler call that took `wall` and has just ended. Thread-safe.
    void ended(std::chrono::microseconds wall);
    /// Time during which at least one of them ran.
    std::chrono::microseconds busy() const;

private:
    using Clock = std::chrono::steady_clock;
    mutable std::mutex mutex_;
    std::vector<std::pair<Clock::time_point, Clock::time_point>> intervals_;
};

class Cargo {
public:
    Cargo(const Toolchain& toolchain, const process::Sandbox& sandbox, const WorkspaceOptions& options)
        : toolchain_(toolchain), sandbox_(sandbox), options_(options) {}

    /// Folder of the manifest to start from, project-relative: the root, else the shallowest one. nullopt: no manifest.
    static std::optional<std::string> manifest_folder(const project::Project& project);

    /// Errors: denied, not_found, io from the sandbox; cancelled.
    Result<CargoRun> run(const Place& place, const CargoCall& call, Counting& counting, std::stop_token stop) const;

    std::vector<std::string> base_env(const Place& place) const;
    /// Read-only things that every child needs: the toolchain, registries, what the user allows.
    std::vector<std::filesystem::path> read_only() const;
    /// For diagnostics of commands started in `folder` (project-relative) of a tree.
    static ParseContext parse_context(const SourceTree& tree, const std::string& folder);

private:
    const Toolchain& toolchain_;
    const process::Sandbox& sandbox_;
    const WorkspaceOptions& options_;
};

/// True when test code may exist, so that `--all-targets` is needed (docs/diagnostics.md has the rule).
bool has_test_code(const project::Project& project);

/// The report of a cargo run (takes its diagnostics): diagnostics, cargo's own error in clear words, text as cargo
/// prints it.
CheckReport report_of(CargoRun& run, const SourceTree& tree, const std::vector<std::filesystem::path>& registries);

/// cargo_home/config.toml that offers the local registries to cargo. Several are joined in one folder of links.
Status write_cargo_home(const std::filesystem::path& cargo_home, const std::vector<std::filesystem::path>& registries);
/// "" when the text is not about a crate that is missing; else which, wanted and present versions, what to do.
std::string explain_missing_crate(std::string_view cargo_stderr, const project::Project& project,
                                  const std::vector<std::filesystem::path>& registries);

/// Renders diagnostics between cargo's status lines, in the order of a plain cargo run.
std::string compose_text(std::string_view plain, const std::vector<Diagnostic>& diagnostics, const std::string& root);

} // namespace rustcoder::toolchain
