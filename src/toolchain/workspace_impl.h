// The Workspace behind the interface. Internal to toolchain/.
//
// Locks: cargo_mutex_ serialises cargo in the main place; state_mutex_ is held shared by quick checks (they read the
// main target directory and the baseline) and alone by check(), which rewrites both. Slots are lent to one thread at a
// time.
#pragma once

#include "toolchain/cargo.h"
#include "toolchain/dependency_cache.h"
#include "toolchain/recording.h"
#include "toolchain/scratch.h"
#include "toolchain/workspace.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <shared_mutex>

namespace rustcoder::toolchain {

/// What the last check() learnt; immutable once published.
struct Baseline {
    project::Project project;
    std::vector<Unit> units;
    bool cargo_failed = false;       // the manifest or a build script failed: nothing to replay
    bool user_code_in_rustc = false; // some dynamic library (proc macro) exists in the target directory
};

struct Slot {
    int index = 0;
    Place place;                // target is created when cargo is first needed
    std::filesystem::path root; // holds the source copy and out
    std::filesystem::path out;
    bool target_seeded = false;
};

class WorkspaceImpl final : public Workspace {
public:
    WorkspaceImpl(const Toolchain& toolchain, const process::Sandbox& sandbox, WorkspaceOptions options);
    Status prepare();

    Result<CheckReport> check(const project::Project& project, std::stop_token stop) override;
    Result<CheckReport> quick_check(const project::Project& candidate, std::stop_token stop) override;
    Result<CheckReport> build(const project::Project& project, std::stop_token stop) override;
    Result<RunReport> test(const project::Project& project, std::stop_token stop) override;
    Result<RunReport> run(const project::Project& project, const RunInput& input, std::stop_token stop) override;
    Result<BinaryReport> binary(const project::Project& project, const BinaryInput& input, std::size_t most_bytes,
                                std::stop_token stop) override;
    int slots() const override { return static_cast<int>(slots_.size()); }
    Costs costs() const override;
    const Toolchain& toolchain() const override { return toolchain_; }
    const process::Sandbox& sandbox() const override { return sandbox_; }

private:
    struct Lease;
    struct Replay;

    CheckReport no_manifest() const;
    std::vector<std::string> check_arguments(const project::Project& project) const;
    Result<CargoRun> run_cargo(Place& place, const std::vector<std::string>& arguments,
                               const std::vector<std::string>& env, const process::Limits& limits,
                               std::stop_token stop);
    std::shared_ptr<const Baseline> record(const CargoRun& run, const CheckReport& report);
    void read_results(Unit& unit) const;
    void save_rustc_info();
    /// Puts kept dependencies into the main target directory, once per kind. The limits grow when they must be built.
    std::string warm_up(const project::Project& project, std::string_view kind, process::Limits& limits);

    Status prepare_slot(Slot& slot);
    Result<Lease> take_slot(std::stop_token stop);
    Result<CheckReport> cargo_in_slot(Slot& slot, const project::Project& candidate, std::stop_token stop);
    Result<CheckReport> replay(Slot& slot, const Baseline& base, const Difference& change, std::stop_token stop);

    struct Built {
        CheckReport report;
        std::vector<Artifact> artifacts;
    };
    std::optional<Result<CheckReport>> build_instead(const project::Project& project, std::stop_token stop);
    Result<Built> compile(const project::Project& project, std::vector<std::string> arguments, std::stop_token stop);

    Result<process::Exit> execute(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                  const std::string& stdin_bytes, const std::filesystem::path& cwd,
                                  std::stop_token stop);
    Status test_documentation(const project::Project& project, RunReport& report, bool first, std::stop_token stop);
    static std::string default_run(const project::Project& project);
    /// The binary that is meant; null with the reason in `why`.
    static const Artifact* chosen_binary(const Built& built, const project::Project& project, const std::string& name,
                                         std::string& why);
    /// compile() of the binaries, or what it gave when nothing was compiled since.
    Result<Built> binaries(const project::Project& project, const BinaryInput& input, std::stop_token stop);

    Toolchain toolchain_;
    process::Sandbox sandbox_;
    WorkspaceOptions options_;
    Cargo cargo_;
    DependencyCache dependencies_;
    Counting counting_;
    Scratch scratch_;
    Place main_;

    std::mutex cargo_mutex_;
    std::shared_mutex state_mutex_;
    std::shared_ptr<const Baseline> baseline_;
    bool complete_ = false;                   // the last check() reached every unit
    std::map<std::string, Unit> known_units_; // every unit ever recorded, by key
    bool rustc_info_saved_ = false;
    bool ran_user_code_ = false;
    std::set<std::string> warmed_; // keys restored or tried

    std::mutex passed_mutex_;
    std::optional<project::Project> passed_;                        // the last candidate that passed a quick check
    std::optional<std::pair<project::Project, CheckReport>> built_; // the last good build (under cargo_mutex_)

    struct Binaries {
        project::Project project;
        bool release = false;
        std::string target;
        Built built;
    };
    std::optional<Binaries> binaries_; // in the target directory as they were built (under cargo_mutex_)

    std::mutex slots_mutex_;
    std::condition_variable_any slot_freed_;
    std::vector<std::unique_ptr<Slot>> slots_;
    std::vector<Slot*> free_slots_;
};

/// libtest's "test name ... ok" lines, in order.
std::vector<RunReport::Test> parse_libtest(std::string_view out);

/// True when a change of this file may change what cargo would run (manifests, lock, .cargo, build scripts).
bool is_structural(const std::string& path, const Baseline& base);
/// True when adding or removing this file may add or remove a target.
bool may_be_target(const std::string& path);

} // namespace rustcoder::toolchain
