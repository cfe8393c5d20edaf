#include "process/mechanisms.h"

#include "process/fork_protocol.h"
#include "process/fork_server.h"
#include "process/landlock.h"
#include "process/seccomp.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fmt/core.h>
#include <optional>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

namespace rustcoder::process {
namespace {

constexpr int args_fd = 3, status_fd = 4, seccomp_fd = 5; // numbers in bubblewrap

struct Ends {
    base::Fd read, write;
};

Result<Ends> make_pipe() {
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0)
        return fail(Errc::io, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    return Ends{base::Fd(fds[0]), base::Fd(fds[1])};
}

void never_block(const base::Fd& fd) {
    fcntl(fd.get(), F_SETFL, fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

/// The three standard streams: ours in `pipes`, the child's in the others.
struct Streams {
    Pipes pipes;
    base::Fd in, out, err;
};

Result<Streams> make_streams(const Command& command) {
    Streams s;
    // With nothing to feed the write end is closed at once: the child sees the end of its input.
    RC_TRY_ASSIGN(Ends in, make_pipe());
    never_block(in.write);
    s.in = std::move(in.read);
    if (!command.stdin_bytes.empty())
        s.pipes.in = std::move(in.write);
    RC_TRY_ASSIGN(Ends out, make_pipe());
    RC_TRY_ASSIGN(Ends err, make_pipe());
    never_block(out.read);
    never_block(err.read);
    s.pipes.out = std::move(out.read);
    s.pipes.err = std::move(err.read);
    s.out = std::move(out.write);
    s.err = std::move(err.write);
    return s;
}

std::vector<ResourceLimit> resource_limits(const Limits& l, bool address_space) {
    return {{RLIMIT_CORE, 0, 0},
            {RLIMIT_CPU, l.cpu_seconds, l.cpu_seconds + 1}, // SIGXCPU, then SIGKILL
            {RLIMIT_FSIZE, l.file_bytes, l.file_bytes},
            {RLIMIT_NOFILE, l.open_files, l.open_files},
            {RLIMIT_MEMLOCK, 1 << 20, 1 << 20},
            {address_space ? RLIMIT_AS : RLIMIT_DATA, l.memory_bytes, l.memory_bytes}};
}

/// A file in memory with these bytes, positioned at its start.
Result<base::Fd> memory_file(const char* name, const void* bytes, std::size_t size) {
    base::Fd fd(memfd_create(name, MFD_CLOEXEC));
    if (!fd || write(fd.get(), bytes, size) != static_cast<ssize_t>(size) || lseek(fd.get(), 0, SEEK_SET) != 0)
        return fail(Errc::io, fmt::format("cannot make a file in memory: {}", std::strerror(errno)), name);
    return fd;
}

std::string joined_with_nul(const std::vector<std::string>& words) {
    std::string out;
    for (const auto& w : words) {
        out += w;
        out += '\0';
    }
    return out;
}

} // namespace

Result<Supervised> run_bubblewrap(const std::string& program, const BubblewrapVariant& variant, const Command& command,
                                  const Policy& policy, std::stop_token stop) {
    RC_TRY_ASSIGN(Streams streams, make_streams(command));
    RC_TRY_ASSIGN(Ends status, make_pipe());
    never_block(status.read);
    base::Fd filter_file;
    if (auto filter = seccomp_filter(Tier::running)) {
        RC_TRY_ASSIGN(filter_file, memory_file("seccomp", filter->data(), filter->size_bytes()));
    }
    // Through a file: no limit on length, and nothing of it in the process list. bubblewrap itself gets no environment,
    // because it runs outside: a caller's LD_PRELOAD must not reach it.
    const std::string words =
        joined_with_nul(bubblewrap_arguments(variant, command, policy, filter_file ? seccomp_fd : -1, status_fd));
    RC_TRY_ASSIGN(base::Fd args, memory_file("args", words.data(), words.size()));
    Launch launch;
    launch.argv = {program, "--args", std::to_string(args_fd), "--"};
    launch.argv.insert(launch.argv.end(), command.argv.begin(), command.argv.end());
    launch.fds = {streams.in.get(), streams.out.get(), streams.err.get(), args.get(), status.write.get()};
    if (filter_file)
        launch.fds.push_back(filter_file.get());
    launch.limits = resource_limits(policy.limits, false);
    launch.cwd = "/";
    become_subreaper();
    RC_TRY_ASSIGN(Child child, spawn(launch));
    streams.in.reset();
    streams.out.reset();
    streams.err.reset();
    status.write.reset();
    streams.pipes.status = std::move(status.read);
    return supervise(std::move(child), std::move(streams.pipes), command, policy, stop);
}

namespace {

struct Direct {
    Supervised done;
    bool forked = false;
};

Result<Direct> run_direct_once(const Confinement& confinement, const Command& command, const Policy& policy,
                               std::stop_token stop, bool may_fork) {
    RC_TRY_ASSIGN(Streams streams, make_streams(command));
    Launch launch;
    launch.argv = command.argv;
    launch.env = command.env;
    launch.cwd = command.cwd.string();
    launch.fds = {streams.in.get(), streams.out.get(), streams.err.get()};
    launch.limits = resource_limits(policy.limits, policy.tier == Tier::checking);
    launch.drop_capabilities = confinement.drop_capabilities && geteuid() == 0;
    base::Fd ruleset;
    if (confinement.landlock) {
        RC_TRY_ASSIGN(ruleset, make_landlock_ruleset(policy.read_only, policy.read_write));
        launch.landlock = ruleset.get();
    }
    if (confinement.seccomp) {
        RC_TRY_ASSIGN(launch.seccomp, seccomp_filter(Tier::checking));
    }
    // Without the filter a child can leave its group; its orphans are then init's, because we would never wait for
    // them.
    if (confinement.seccomp)
        become_subreaper();
    // A fork of the loaded program where there is one; only for the full confinement, which it takes from this launch.
    std::optional<Child> ready;
    if (may_fork && confinement.landlock && confinement.seccomp && policy.tier == Tier::checking)
        ready = fork_spawn(launch);
    const bool forked = ready.has_value();
    if (!forked) {
        RC_TRY_ASSIGN(ready, spawn(launch));
    }
    streams.in.reset();
    streams.out.reset();
    streams.err.reset();
    return Direct{supervise(std::move(*ready), std::move(streams.pipes), command, policy, stop), forked};
}

} // namespace

Result<Supervised> run_direct(const Confinement& confinement, const Command& command, const Policy& policy,
                              std::stop_token stop) {
    const bool listening = command.on_stdout || command.on_stderr; // they would hear of a failed set-up
    RC_TRY_ASSIGN(Direct run, run_direct_once(confinement, command, policy, stop, !listening));
    const Exit& exit = run.done.exit;
    if (run.forked && exit.ended == Ended::exited && exit.code == fork_protocol::setup_failed) {
        abandon_fork_server(command.argv[0]); // nothing ran: the child could not confine itself
        RC_TRY_ASSIGN(run, run_direct_once(confinement, command, policy, stop, false));
    }
    return std::move(run.done);
}

} // namespace rustcoder::process
