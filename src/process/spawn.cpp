#include "process/spawn.h"

#include "process/landlock.h"

#include <fmt/core.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <memory>
#include <mutex>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
// The same function past ThreadSanitizer, which takes every clone for a fork and marks our shared memory as the
// child's.
extern "C" int __clone(int (*)(void*), void*, int, void*, ...);
#define clone __clone
#endif

namespace rustcoder::process {
namespace {

constexpr std::size_t child_stack_bytes = 64 << 10;

/// Shared between parent and child (same memory until execve).
struct Handover {
    const char* const* argv;
    const char* const* env;
    const char* cwd;
    const int* fds;
    int fd_count;
    const ResourceLimit* limits;
    std::size_t limit_count;
    int landlock;
    sock_fprog seccomp;
    bool drop_capabilities;
    pid_t parent;
    const char* failed_step = nullptr; // written by the child
    int failed_errno = 0;
};

// Bare system calls only: a sanitizer's wrappers would note the child's doings in our shared memory as ours.
#define RC_CHILD_FUNCTION __attribute__((no_sanitize("address", "thread", "undefined"), noinline))

RC_CHILD_FUNCTION int give_up(Handover& h, const char* step) {
    h.failed_errno = errno;
    h.failed_step = step;
    _exit(127);
}

RC_CHILD_FUNCTION void default_signals() {
    const unsigned long zeros[4] = {}; // the kernel's struct sigaction: default action, no flags, empty mask
    for (int s = 1; s < NSIG; ++s)
        syscall(SYS_rt_sigaction, s, zeros, nullptr, sizeof zeros[3]);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, nullptr, sizeof zeros[0]);
}

/// A root server's child keeps the right to read and write files of other users inside its paths, nothing else.
RC_CHILD_FUNCTION void drop_capabilities() {
    constexpr std::uint32_t kept = 1u << CAP_DAC_OVERRIDE;
    syscall(SYS_prctl, PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0);
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    // Inheritable and ambient too: with NOROOT an execve keeps only what is ambient.
    __user_cap_data_struct data[2] = {{kept, kept, kept}, {0, 0, 0}};
    if (syscall(SYS_capset, &header, data) < 0) { // a container without that right
        data[0] = {0, 0, 0};
        syscall(SYS_capset, &header, data);
    }
    syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0);
}

RC_CHILD_FUNCTION int child_main(void* argument) {
    Handover& h = *static_cast<Handover*>(argument);
    default_signals();
    if (setsid() < 0)
        return give_up(h, "setsid");
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != h.parent) {
        errno = ESRCH;
        return give_up(h, "the parent died");
    }
    for (int i = 0; i < h.fd_count; ++i)
        if (syscall(SYS_dup3, h.fds[i], i, 0) < 0) // the sources are numbered higher, so never the same
            return give_up(h, "dup2");
    // landlock's descriptor is still needed, so the rest is closed by execve
    if (syscall(SYS_close_range, h.fd_count, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
        return give_up(h, "close_range");
    if (h.cwd && chdir(h.cwd) < 0)
        return give_up(h, "chdir");
    for (std::size_t i = 0; i < h.limit_count; ++i) {
        const rlimit limit = {h.limits[i].soft, h.limits[i].hard};
        if (syscall(SYS_prlimit64, 0, h.limits[i].resource, &limit, nullptr) < 0)
            return give_up(h, "setrlimit");
    }
    if (h.drop_capabilities)
        drop_capabilities();
    if (h.landlock >= 0 || h.seccomp.len > 0)
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
            return give_up(h, "no_new_privs");
    if (h.landlock >= 0 && !enter_landlock(h.landlock))
        return give_up(h, "landlock");
    if (h.seccomp.len > 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &h.seccomp) < 0)
        return give_up(h, "seccomp");
    execve(h.argv[0], const_cast<char* const*>(h.argv), const_cast<char* const*>(h.env));
    return give_up(h, "execve");
}

std::vector<const char*> pointers(const std::vector<std::string>& words) {
    std::vector<const char*> out;
    out.reserve(words.size() + 1);
    for (const auto& w : words)
        out.push_back(w.c_str());
    out.push_back(nullptr);
    return out;
}

/// An unprivileged process may not raise a hard limit, so ours are cut to what is in force.
std::vector<ResourceLimit> attainable(const std::vector<ResourceLimit>& wanted) {
    std::vector<ResourceLimit> out = wanted;
    for (auto& l : out) {
        rlimit now{};
        if (getrlimit(static_cast<__rlimit_resource_t>(l.resource), &now) == 0) {
            l.hard = std::min(l.hard, now.rlim_max);
            l.soft = std::min(l.soft, l.hard);
        }
    }
    return out;
}

Error launch_error(const Launch& launch, const Handover& h) {
    const bool missing =
        std::strcmp(h.failed_step, "execve") == 0 && (h.failed_errno == ENOENT || h.failed_errno == ENOTDIR);
    return Error{missing ? Errc::not_found : Errc::io,
                 fmt::format("cannot start the program: {}: {}", h.failed_step, std::strerror(h.failed_errno)),
                 std::strcmp(h.failed_step, "chdir") == 0 ? launch.cwd : launch.argv[0],
                 missing ? "install the program or correct its path" : ""};
}

} // namespace

void become_subreaper() {
    static std::once_flag once;
    std::call_once(once, [] { prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); });
}

Result<Child> spawn(const Launch& launch) {
    if (launch.argv.empty())
        return fail(Errc::invalid_input, "a command needs at least the path of its program", "argv");
    // dup2 in the child must not overwrite a source that is still needed
    std::vector<base::Fd> lifted;
    std::vector<int> sources = launch.fds;
    for (int& fd : sources)
        if (fd < static_cast<int>(sources.size())) {
            const int copy = fcntl(fd, F_DUPFD_CLOEXEC, 32);
            if (copy < 0)
                return fail(Errc::io, fmt::format("cannot duplicate a descriptor: {}", std::strerror(errno)));
            lifted.emplace_back(copy);
            fd = copy;
        }
    base::Fd lifted_landlock;
    int landlock = launch.landlock;
    if (landlock >= 0 && landlock < static_cast<int>(sources.size())) {
        lifted_landlock = base::Fd(fcntl(landlock, F_DUPFD_CLOEXEC, 32));
        landlock = lifted_landlock.get();
    }

    const auto argv = pointers(launch.argv);
    const auto env = pointers(launch.env);
    const auto limits = attainable(launch.limits);
    Handover h{argv.data(),
               env.data(),
               launch.cwd.empty() ? nullptr : launch.cwd.c_str(),
               sources.data(),
               static_cast<int>(sources.size()),
               limits.data(),
               limits.size(),
               landlock,
               {static_cast<unsigned short>(launch.seccomp.size()), const_cast<sock_filter*>(launch.seccomp.data())},
               launch.drop_capabilities,
               getpid()};

    static thread_local const std::unique_ptr<char[]> stack(new char[child_stack_bytes]);
    const auto top = (reinterpret_cast<std::uintptr_t>(stack.get()) + child_stack_bytes) & ~std::uintptr_t{15};
    sigset_t all, before;
    sigfillset(&all);
    // no handler of ours may run in the child while it shares our memory
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int pidfd = -1;
    const pid_t pid =
        clone(child_main, reinterpret_cast<void*>(top), CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &h, &pidfd);
    const int clone_errno = errno;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0)
        return fail(Errc::io, fmt::format("cannot start a process: {}", std::strerror(clone_errno)), launch.argv[0]);
    Child child{pid, base::Fd(pidfd)};
    if (h.failed_step) {
        waitpid(pid, nullptr, 0);
        return std::unexpected(launch_error(launch, h));
    }
    return child;
}

} // namespace rustcoder::process
