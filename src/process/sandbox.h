// How a child process runs: spawn, limits, reaping, and two tiers of confinement.
//
// checking: rustc on plain files (no build script, no proc macro): landlock + seccomp + rlimits, about +0.2 ms.
// running:  cargo, build scripts, proc macros, tests, the program: bubblewrap with its own user, pid, net, ipc, uts and
//           mount namespaces, no network, private /tmp, landlock-free; plus rlimits and seccomp; about +5-9 ms.
// In both: complete environment given by the caller (nothing inherited), wall clock, CPU, memory, file size, process
// and output bounds; the whole process tree dies together (own session/process group; pid namespace in `running`;
// PR_SET_PDEATHSIG and subreaper so that a daemonised grandchild dies too). Never fork(): vfork/posix_spawn/clone3.
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace rustcoder::process {

enum class Tier { checking, running };

struct Limits {
    std::chrono::milliseconds wall{60'000};  // then the tree is killed
    std::uint64_t cpu_seconds = 120;         // RLIMIT_CPU, per process
    std::uint64_t memory_bytes = 4ull << 30; // RLIMIT_AS per process (checking) / RLIMIT_DATA + watchdog on the tree
    std::uint64_t file_bytes = 1ull << 30;   // RLIMIT_FSIZE
    std::uint64_t disk_bytes = 4ull << 30;   // watchdog over the read-write paths of the policy, running tier
    std::uint64_t processes = 256;           // in the tree
    std::uint64_t output_bytes = 8ull << 20; // stdout + stderr, each; past that the tree is killed, output kept
    std::uint64_t open_files = 1024;
};

struct Policy {
    Tier tier = Tier::running;
    std::vector<std::filesystem::path> read_only; // absolute; must exist. System dirs (/usr, /lib*, /bin, /etc/ld.so.*,
                                                  // /etc/alternatives, CA-free) are added by the sandbox itself.
    std::vector<std::filesystem::path> read_write; // absolute; must exist
    Limits limits;
};

struct Command {
    std::vector<std::string> argv; // argv[0] absolute path
    std::vector<std::string> env;  // complete, "K=V"; nothing is inherited
    std::filesystem::path cwd;     // absolute, inside one of the policy's paths
    std::string stdin_bytes;       // written, then closed
    /// Called from the waiting thread with each chunk as it arrives (optional).
    std::function<void(std::string_view)> on_stdout, on_stderr;
};

enum class Ended { exited, signalled, timed_out, output_limit, memory_limit, disk_limit, process_limit, cancelled };
const char* name(Ended e);

struct Exit {
    Ended ended = Ended::exited;
    int code = -1;  // exit status when exited
    int signal = 0; // when signalled
    std::string out, err;
    bool out_truncated = false, err_truncated = false;
    std::chrono::microseconds wall{}, user{}, sys{};
    std::uint64_t peak_bytes = 0; // largest resident set of a process in the tree, where known
    bool ok() const { return ended == Ended::exited && code == 0; }
    /// One sentence for people: "killed after 10 s", "exit status 101", ...
    std::string describe() const;
};

/// strict: refuse to run a tier whose mechanism is missing. weak: run what is available and say so (must be asked for
/// with RUSTCODER_SANDBOX=weak or the config). off: rlimits and process group only (RUSTCODER_SANDBOX=off).
enum class Mode { strict, weak, off };

struct Mechanism {
    std::string name; // "landlock", "seccomp", "bubblewrap", "user namespaces", ...
    bool available = false;
    std::string detail; // version/ABI or why not
    std::string remedy; // how to get it, or empty
};

struct Capabilities {
    std::vector<Mechanism> mechanisms;
    bool checking_ok = false, running_ok = false;
};

/// Probes once per process (cached), thread-safe.
const Capabilities& capabilities();

/// Thread-safe; many runs at once.
class Sandbox {
public:
    explicit Sandbox(Mode mode = Mode::strict) : mode_(mode) {}
    /// Mode from RUSTCODER_SANDBOX (strict|weak|off); anything else is strict.
    static Sandbox from_environment();
    Mode mode() const { return mode_; }
    /// Errors: denied (a mechanism is missing in strict mode; says which and the remedy), not_found (argv[0]), io.
    /// A child that fails, is killed or is cancelled is not an error: see Exit.
    Result<Exit> run(const Command& command, const Policy& policy, std::stop_token stop = {}) const;
    /// What is in force, for evidence: e.g. "landlock ABI 7, seccomp, rlimits".
    std::string describe(Tier tier) const;

private:
    Mode mode_;
};

} // namespace rustcoder::process
