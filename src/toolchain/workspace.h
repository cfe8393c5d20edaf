// A Project materialised once in a private directory, and checked many times.
//
// check() is the authority: real cargo, all targets. It also records rustc's command line per unit; quick_check()
// replays those lines on a candidate Project in a private slot (own source copy, own output directory), several at
// once. The target directory is private to the Workspace: two projects of one name sharing one make cargo report
// success for code that does not compile (floors.md). Dependencies are built once per lockfile into a warm read-only
// cache where possible.
//
// Thread-safety: check/build/test/run are serialised by a mutex; quick_check may be called from many threads at once.
#pragma once

#include "process/sandbox.h"
#include "project/project.h"
#include "toolchain/diagnostic.h"
#include "toolchain/toolchain.h"

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace rustcoder::toolchain {

struct WorkspaceOptions {
    process::Limits check_limits;                  // per child
    process::Limits run_limits;                    // tests and programs
    bool all_targets = true;                       // tests, examples, benches too
    int slots = 0;                                 // parallel quick checks; 0 = cores * 2
    bool incremental = true;                       // -Cincremental in slots where it pays
    std::vector<std::filesystem::path> registries; // local registries / vendored sources offered to cargo, read-only;
                                                   // default: /usr/share/cargo/registry when present
    std::vector<std::filesystem::path>
        extra_read_only;             // e.g. path dependencies outside the project that the user allows
    std::filesystem::path cache_dir; // warm dependencies; empty = none
};

struct CheckReport {
    bool ok = false;                     // the compiler accepted every unit that was checked
    bool complete = false;               // every unit of the project was reached (authoritative checks only)
    std::vector<Diagnostic> diagnostics; // errors and warnings
    std::string cargo_error;             // cargo's own failure (manifest, resolution, missing crate), "" if none
    std::string stderr_text;             // rendered, as cargo prints it (for build_output of the contract)
    std::chrono::microseconds wall{};
    bool timed_out = false;
    std::size_t errors() const;
    std::size_t warnings() const;
};

struct RunReport {
    bool built = false;
    process::Exit exit;               // of the program or of the test run
    CheckReport build;                // diagnostics of the build
    std::filesystem::path executable; // when built and kept
    struct Test {
        std::string name;
        enum class Result { ok, failed, ignored } result;
    };
    std::vector<Test> tests; // test() only, in order
    std::size_t passed() const;
    std::size_t failed() const;
};

struct RunInput {
    std::vector<std::string> arguments;
    std::string stdin_bytes;
    std::string bin; // "" = default/only binary
    bool release = false;
    /// The working folder of the run holds these and nothing else; empty = the project's own folder.
    project::Project files{};
};

struct BinaryInput {
    bool release = true;
    std::string target; // triple; "" = the host's
    std::string bin;    // "" = default/only binary
};
struct BinaryReport {
    CheckReport build;      // with cargo_error when there is no such binary
    std::string file;       // name of the executable; "" when it was not built
    std::string executable; // its bytes
};

struct Costs {
    std::uint64_t cargo_calls = 0, rustc_calls = 0, runs = 0;
    std::chrono::microseconds compiler_wall{}; // summed over calls
    std::chrono::microseconds compiler_busy{}; // time during which at least one call ran
};

class Workspace {
public:
    static Result<std::unique_ptr<Workspace>> open(const Toolchain& toolchain, const process::Sandbox& sandbox,
                                                   WorkspaceOptions options = {});
    virtual ~Workspace() = default;

    /// Authoritative. A project that does not compile is a report, not an error.
    virtual Result<CheckReport> check(const project::Project& project, std::stop_token stop = {}) = 0;
    /// Fast verdict on a candidate: replays recorded units whose inputs changed against the last check(). Falls back to
    /// cargo in the slot when the manifest changed or nothing was recorded. `ok` here still needs check() at the end.
    virtual Result<CheckReport> quick_check(const project::Project& candidate, std::stop_token stop = {}) = 0;
    /// Real build with codegen and link (debuginfo 0): finds what a check cannot see.
    virtual Result<CheckReport> build(const project::Project& project, std::stop_token stop = {}) = 0;
    virtual Result<RunReport> test(const project::Project& project, std::stop_token stop = {}) = 0;
    /// built == false with an explanation when there is no binary.
    virtual Result<RunReport> run(const project::Project& project, const RunInput& input,
                                  std::stop_token stop = {}) = 0;
    /// The executable itself. Errors: invalid_input (a target that is not installed), limit (larger than `most_bytes`),
    /// those of build().
    virtual Result<BinaryReport> binary(const project::Project& project, const BinaryInput& input,
                                        std::size_t most_bytes, std::stop_token stop = {});
    virtual int slots() const = 0;
    virtual Costs costs() const = 0;
    virtual const Toolchain& toolchain() const = 0;
    virtual const process::Sandbox& sandbox() const = 0;
};

} // namespace rustcoder::toolchain
