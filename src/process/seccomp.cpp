#include "process/seccomp.h"

#include "base/os.h"
#include "process/landlock.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>
#include <vector>

namespace rustcoder::process {
namespace {

using Context = std::unique_ptr<void, decltype(&seccomp_release)>;

// Nothing that compiles or runs a program needs these; each is a way to reach the kernel, the host or a neighbour.
constexpr const char* denied_always[] = {"ptrace",
                                         "process_vm_readv",
                                         "process_vm_writev",
                                         "process_madvise",
                                         "pidfd_getfd",
                                         "kcmp", // neighbours
                                         "mount",
                                         "umount",
                                         "umount2",
                                         "mount_setattr",
                                         "move_mount",
                                         "open_tree",
                                         "fsopen",
                                         "fsmount",
                                         "fsconfig",
                                         "fspick",
                                         "pivot_root",
                                         "chroot",
                                         "setns",
                                         "unshare",
                                         "open_by_handle_at",
                                         "name_to_handle_at",
                                         "fanotify_init", // the view
                                         "bpf",
                                         "perf_event_open",
                                         "userfaultfd",
                                         "io_uring_setup",
                                         "io_uring_enter",
                                         "io_uring_register", // kernel faults
                                         "add_key",
                                         "request_key",
                                         "keyctl",
                                         "kexec_load",
                                         "kexec_file_load",
                                         "init_module",
                                         "finit_module",
                                         "delete_module",
                                         "reboot",
                                         "swapon",
                                         "swapoff",
                                         "acct",
                                         "quotactl",
                                         "quotactl_fd",
                                         "syslog",
                                         "iopl",
                                         "ioperm",
                                         "vhangup", // the host
                                         "settimeofday",
                                         "clock_settime",
                                         "clock_settime64",
                                         "clock_adjtime",
                                         "adjtimex",
                                         "stime",
                                         "sethostname",
                                         "setdomainname",
                                         "lookup_dcookie",
                                         "nfsservctl",
                                         "personality",
                                         "move_pages",
                                         "migrate_pages",
                                         "mbind",
                                         "set_mempolicy",
                                         "set_mempolicy_home_node",
                                         "modify_ldt"};

// The compiler needs no socket at all; leaving its process group would let a child outlive the kill; ownership and
// extended attributes are not covered by landlock.
constexpr const char* denied_checking[] = {
    "socket",    "setsid",    "setpgid",    "chown",       "lchown",       "fchown",       "fchownat",     "setxattr",
    "lsetxattr", "fsetxattr", "setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat"};

constexpr std::uint64_t namespace_flags[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                             CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET, 0x80 /* CLONE_NEWTIME */};

class Builder {
public:
    explicit Builder(scmp_filter_ctx context) : context_(context) {}

    template <class... Cmp> void deny(const char* call, int error, Cmp... cmp) {
        const int number = seccomp_syscall_resolve_name(call);
        if (number < 0) // not on this architecture, or unknown to this libseccomp
            return;
        const int rc = seccomp_rule_add(context_, SCMP_ACT_ERRNO(error), number, sizeof...(cmp), cmp...);
        if (rc < 0 && rc != -EACCES && rc != -EDOM && status_ == 0) {
            status_ = rc;
            failed_ = call;
        }
    }
    int status() const { return status_; }
    const char* failed() const { return failed_; }

private:
    scmp_filter_ctx context_;
    int status_ = 0;
    const char* failed_ = "";
};

/// Own network namespace: loopback servers of a program under test are fine, raw and odd families are not.
void deny_odd_sockets(Builder& b) {
    b.deny("socket", EPERM, SCMP_A0(SCMP_CMP_GT, AF_INET6));
    for (unsigned family = 0; family < AF_INET6; ++family)
        if (family != AF_UNIX && family != AF_INET)
            b.deny("socket", EPERM, SCMP_A0(SCMP_CMP_EQ, family));
    b.deny("socket", EPERM, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW));
}

void add_rules(Builder& b, Tier tier) {
    for (const char* call : denied_always)
        b.deny(call, EPERM);
    for (const std::uint64_t flag : namespace_flags)
        if (flag != 0x80) // in clone the low byte is the exit signal
            b.deny("clone", EPERM, SCMP_A0(SCMP_CMP_MASKED_EQ, flag, flag));
    b.deny("clone3", ENOSYS); // its flags are behind a pointer; the C library falls back to clone
    // the kernel looks at the low 32 bits of the request only
    for (const std::uint64_t request : {std::uint64_t{TIOCSTI}, std::uint64_t{0x541c} /* TIOCLINUX */})
        b.deny("ioctl", EPERM, SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffffu, request));
    // no set-uid or set-gid files
    for (const std::uint64_t bit : {std::uint64_t{S_ISUID}, std::uint64_t{S_ISGID}}) {
        b.deny("chmod", EPERM, SCMP_A1(SCMP_CMP_MASKED_EQ, bit, bit));
        b.deny("fchmod", EPERM, SCMP_A1(SCMP_CMP_MASKED_EQ, bit, bit));
        b.deny("fchmodat", EPERM, SCMP_A2(SCMP_CMP_MASKED_EQ, bit, bit));
        b.deny("fchmodat2", EPERM, SCMP_A2(SCMP_CMP_MASKED_EQ, bit, bit));
    }
    if (tier == Tier::running) {
        deny_odd_sockets(b);
        return;
    }
    for (const char* call : denied_checking)
        b.deny(call, EPERM);
    if (landlock_abi() < 3) // landlock cannot tell yet
        b.deny("truncate", EPERM);
}

Result<std::vector<sock_filter>> build(Tier tier) {
    Context context(seccomp_init(SCMP_ACT_ALLOW), seccomp_release);
    if (!context)
        return fail(Errc::unavailable, "libseccomp cannot make a filter");
    seccomp_attr_set(context.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM));
    seccomp_attr_set(context.get(), SCMP_FLTATR_CTL_OPTIMIZE, 2); // a tree, not a chain of comparisons
    Builder builder(context.get());
    add_rules(builder, tier);
    if (builder.status() != 0)
        return fail(Errc::unavailable, fmt::format("seccomp rule: {}", std::strerror(-builder.status())),
                    builder.failed());
    const base::Fd memory(memfd_create("seccomp", MFD_CLOEXEC));
    if (!memory)
        return fail(Errc::unavailable, fmt::format("memfd_create: {}", std::strerror(errno)));
    if (const int rc = seccomp_export_bpf(context.get(), memory.get()); rc != 0)
        return fail(Errc::unavailable, fmt::format("seccomp_export_bpf: {}", std::strerror(-rc)));
    struct stat st{};
    fstat(memory.get(), &st);
    std::vector<sock_filter> program(static_cast<std::size_t>(st.st_size) / sizeof(sock_filter));
    if (program.empty() || pread(memory.get(), program.data(), program.size() * sizeof(sock_filter), 0) != st.st_size)
        return fail(Errc::unavailable, "the exported seccomp filter cannot be read");
    return program;
}

} // namespace

Result<std::span<const sock_filter>> seccomp_filter(Tier tier) {
    static const Result<std::vector<sock_filter>> filters[] = {build(Tier::checking), build(Tier::running)};
    const auto& filter = filters[tier == Tier::running ? 1 : 0];
    if (!filter)
        return std::unexpected(filter.error());
    return std::span<const sock_filter>(*filter);
}

} // namespace rustcoder::process
