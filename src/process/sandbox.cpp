#include "process/sandbox.h"

#include "base/log.h"
#include "process/bubblewrap.h"
#include "process/capabilities.h"
#include "process/choice.h"
#include "process/mechanisms.h"
#include "process/seccomp.h"

#include <fmt/core.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <new>
#include <optional>
#include <unistd.h>

namespace rustcoder::process {
namespace {

namespace fs = std::filesystem;

bool has_nul(const std::string& s) {
    return s.find('\0') != std::string::npos;
}

Status check_paths(const std::vector<fs::path>& paths, const char* field) {
    for (const auto& p : paths) {
        std::error_code ec;
        if (!p.is_absolute() || has_nul(p.native()))
            return fail(Errc::invalid_input, "a sandbox path must be absolute", p.string(), field);
        if (!fs::exists(p, ec))
            return fail(Errc::not_found, "a path of the sandbox policy does not exist", p.string());
    }
    return {};
}

Status check_request(const Command& command, const Policy& policy) {
    if (command.argv.empty() || !fs::path(command.argv[0]).is_absolute())
        return fail(Errc::invalid_input, "the program must be given by its absolute path",
                    command.argv.empty() ? "argv" : command.argv[0]);
    if (std::any_of(command.argv.begin(), command.argv.end(), has_nul))
        return fail(Errc::invalid_input, "an argument holds a NUL byte", "argv");
    for (const auto& entry : command.env)
        if (has_nul(entry) || entry.find('=') == std::string::npos || entry.front() == '=')
            return fail(Errc::invalid_input, "an environment entry must be NAME=VALUE", "env");
    if (!command.cwd.is_absolute() || has_nul(command.cwd.native()))
        return fail(Errc::invalid_input, "the working directory must be absolute", command.cwd.string());
    RC_TRY(check_paths(policy.read_only, "read_only"));
    RC_TRY(check_paths(policy.read_write, "read_write"));
    if (access(command.argv[0].c_str(), F_OK) != 0)
        return fail(Errc::not_found, fmt::format("no such program: {}", std::strerror(errno)), command.argv[0],
                    "install the program or correct its path");
    return {};
}

/// Everything of the checking tier that is there; programs of the running tier get it too and lose their sockets.
Confinement partial_confinement(Mode mode) {
    if (mode == Mode::off)
        return {false, false, false};
    const CheckingSupport& s = checking_support();
    return {s.landlock, s.seccomp, true};
}

std::string list(const Confinement& c) {
    std::string out;
    if (c.landlock)
        out += fmt::format("landlock ABI {}, ", checking_support().landlock_abi);
    if (c.seccomp)
        out += "seccomp, ";
    return out + "rlimits, process group";
}

void warn_once(Tier tier, Mode mode) {
    static std::atomic<bool> warned[2];
    if (!warned[tier == Tier::running].exchange(true))
        base::log_warn(fmt::format("{} sandbox in the {} tier: only {}", mode == Mode::off ? "no" : "weak",
                                   tier == Tier::running ? "running" : "checking", list(partial_confinement(mode))));
}

/// The first run of the running tier is its own probe: in the strongest variant with the filter on. When bubblewrap
/// cannot set that up the command has not started, and the probe finds out what else there is. nullopt: not tried.
std::optional<Exit> run_unprobed(const Command& command, const Policy& policy, std::stop_token stop) {
    const bool listening = command.on_stdout || command.on_stderr; // they would hear bubblewrap's own complaint
    if (listening || bubblewrap_known() || bubblewrap_program().empty() || !seccomp_filter(Tier::running))
        return std::nullopt;
    auto done = run_bubblewrap(bubblewrap_program(), {}, command, policy, std::move(stop));
    if (!done || !done->started)
        return std::nullopt;
    if (done->exit.ended == Ended::exited || done->exit.ended == Ended::signalled)
        note_bubblewrap_works(); // killed by us: it may not have come as far as the command
    return std::move(done->exit);
}

Result<Exit> run_one(Mode mode, const Command& command, const Policy& policy, std::stop_token stop) {
    RC_TRY(check_request(command, policy));
    if (stop.stop_requested()) {
        Exit exit;
        exit.ended = Ended::cancelled;
        return exit;
    }
    if (policy.tier == Tier::running && mode == Mode::strict)
        if (auto exit = run_unprobed(command, policy, stop))
            return std::move(*exit);
    const Way way = choose(policy.tier, mode, {});
    if (way == Way::refused)
        return std::unexpected(refusal(policy.tier, {}));
    if (way == Way::bubblewrap) {
        const BubblewrapSupport& support = bubblewrap_support();
        RC_TRY_ASSIGN(Supervised done, run_bubblewrap(support.program, support.variant, command, policy, stop));
        if (!done.started)
            return fail(Errc::io, "bubblewrap could not set the sandbox up: " + done.exit.err.substr(0, 500),
                        command.argv[0]);
        return std::move(done.exit);
    }
    const Confinement confinement = way == Way::landlock ? Confinement{} : partial_confinement(mode);
    if (way == Way::partial)
        warn_once(policy.tier, mode);
    RC_TRY_ASSIGN(Supervised done, run_direct(confinement, command, policy, stop));
    return std::move(done.exit);
}

} // namespace

Sandbox Sandbox::from_environment() {
    const char* value = std::getenv("RUSTCODER_SANDBOX");
    const std::string_view mode = value ? value : "";
    return Sandbox(mode == "off" ? Mode::off : mode == "weak" ? Mode::weak : Mode::strict);
}

Result<Exit> Sandbox::run(const Command& command, const Policy& policy, std::stop_token stop) const {
    try {
        return run_one(mode_, command, policy, std::move(stop));
    } catch (const std::bad_alloc&) {
        return fail(Errc::limit, "out of memory while a child process was running",
                    command.argv.empty() ? "" : command.argv[0]);
    } catch (const std::exception& e) {
        return fail(Errc::internal, fmt::format("while a child process was running: {}", e.what()));
    }
}

std::string Sandbox::describe(Tier tier) const {
    switch (choose(tier, mode_, {})) {
    case Way::landlock:
        return list(Confinement{});
    case Way::bubblewrap:
        return fmt::format("bubblewrap ({}), seccomp, rlimits", bubblewrap_support().detail);
    case Way::partial:
        return fmt::format("{}: {}", mode_ == Mode::off ? "off" : "weak", list(partial_confinement(mode_)));
    case Way::refused:
        break;
    }
    return "none: runs are refused";
}

const char* name(Ended e) {
    switch (e) {
    case Ended::exited:
        return "exited";
    case Ended::signalled:
        return "signalled";
    case Ended::timed_out:
        return "timed_out";
    case Ended::output_limit:
        return "output_limit";
    case Ended::memory_limit:
        return "memory_limit";
    case Ended::disk_limit:
        return "disk_limit";
    case Ended::process_limit:
        return "process_limit";
    case Ended::cancelled:
        return "cancelled";
    }
    return "unknown";
}

std::string Exit::describe() const {
    const double seconds = static_cast<double>(wall.count()) / 1e6;
    switch (ended) {
    case Ended::exited:
        return fmt::format("exit status {}", code);
    case Ended::signalled:
        return fmt::format("killed by signal {} ({})", signal, strsignal(signal));
    case Ended::timed_out:
        return signal == SIGXCPU ? std::string("killed: it used more processor time than allowed")
                                 : fmt::format("killed after {:.3g} s", seconds);
    case Ended::output_limit:
        return fmt::format("killed: it printed more than the {} bytes allowed", std::max(out.size(), err.size()));
    case Ended::memory_limit:
        return "killed: it used more memory than allowed";
    case Ended::disk_limit:
        return signal == SIGXFSZ ? "killed: it wrote a larger file than allowed"
                                 : "killed: it used more disk space than allowed";
    case Ended::process_limit:
        return "killed: it started more processes than allowed";
    case Ended::cancelled:
        return "cancelled";
    }
    return "unknown";
}

} // namespace rustcoder::process
