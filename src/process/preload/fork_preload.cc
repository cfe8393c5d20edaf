// A shared library that turns a program into its own fork server: preloaded, it takes the place of main() and makes one
// child per request. What the dynamic loader and the constructors did (7 ms for rustc) is done once.
//
// Each child confines itself between fork and main exactly as spawn.cpp's child does between clone and execve, in the
// same order, from the same Launch. Where a step fails it ends; the program's main is never reached unconfined. The
// child is made with CLONE_PARENT: it is the client's own child, waited for and killed like any other.
//
// Only the C library; one thread; no allocation.
#include "process/fork_protocol.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using namespace rustcoder::process::fork_protocol;

using Main = int (*)(int, char**, char**);
Main real_main = nullptr;

alignas(16) char packet[max_packet];
char* strings[max_strings];

constexpr long sys_landlock_add_rule = 445, sys_landlock_restrict_self = 446;
constexpr int rule_path_beneath = 1;
constexpr std::uint64_t may_read_file = 1 << 2, may_read_dir = 1 << 3;
struct __attribute__((packed)) PathBeneath {
    std::uint64_t allowed;
    std::int32_t parent;
};

[[noreturn]] void give_up(const char* step) {
    [[maybe_unused]] ssize_t n = write(2, step, strlen(step));
    _exit(setup_failed);
}

void default_signals() {
    const unsigned long zeros[4] = {};
    for (int s = 1; s < NSIG; ++s)
        syscall(SYS_rt_sigaction, s, zeros, nullptr, sizeof zeros[3]);
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, zeros, nullptr, sizeof zeros[0]);
}

/// fork() of the C library would write the new thread id into its own books; a bare clone must do that by hand.
void renew_thread_id() {
    int* tid = nullptr;
    if (prctl(PR_GET_TID_ADDRESS, &tid, 0, 0, 0) == 0 && tid) {
        *tid = static_cast<int>(syscall(SYS_gettid));
        syscall(SYS_set_tid_address, tid);
    }
}

void lower_limits(const Limit* limits, std::uint32_t count) {
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto resource = static_cast<__rlimit_resource_t>(limits[i].resource);
        rlimit now{};
        rlimit wanted = {limits[i].soft, limits[i].hard};
        if (getrlimit(resource, &now) == 0 && now.rlim_max < wanted.rlim_max)
            wanted.rlim_max = now.rlim_max;
        if (wanted.rlim_cur > wanted.rlim_max)
            wanted.rlim_cur = wanted.rlim_max;
        if (setrlimit(resource, &wanted) < 0)
            give_up("rustcoder-fork: setrlimit");
    }
}

void enter_landlock(int ruleset) {
    const int self = open("/proc/self", O_PATH | O_CLOEXEC | O_DIRECTORY);
    if (self >= 0) {
        const PathBeneath rule = {may_read_file | may_read_dir, self};
        syscall(sys_landlock_add_rule, ruleset, rule_path_beneath, &rule, 0);
        close(self);
    }
    if (syscall(sys_landlock_restrict_self, ruleset, 0) != 0)
        give_up("rustcoder-fork: landlock");
    close(ruleset);
}

struct Request {
    const Header* header;
    const Limit* limits;
    sock_filter* filter;
    const char* cwd;
    char** arguments; // NULL-terminated, the environment follows, NULL-terminated too: as the kernel lays them out
    char** environment;
};

/// False: not a packet of ours.
bool read_request(std::size_t size, Request& r) {
    r.header = reinterpret_cast<const Header*>(packet);
    if (size < sizeof(Header) || r.header->limit_count > 64 || r.header->filter_length > 4096)
        return false;
    std::size_t at = sizeof(Header);
    r.limits = reinterpret_cast<const Limit*>(packet + at);
    at += r.header->limit_count * sizeof(Limit);
    r.filter = reinterpret_cast<sock_filter*>(packet + at);
    at += r.header->filter_length * sizeof(sock_filter);
    const std::size_t words = std::size_t{r.header->argument_count} + r.header->environment_count;
    if (at >= size || packet[size - 1] != 0 || words + 2 > max_strings || r.header->argument_count == 0 ||
        r.header->filter_length == 0)
        return false;
    auto next = [&]() -> char* {
        char* word = packet + at;
        at += strlen(word) + 1;
        return word;
    };
    r.cwd = next();
    std::size_t used = 0;
    r.arguments = strings;
    for (std::uint32_t i = 0; i < r.header->argument_count; ++i) {
        if (at >= size)
            return false;
        strings[used++] = next();
    }
    strings[used++] = nullptr;
    r.environment = strings + used;
    for (std::uint32_t i = 0; i < r.header->environment_count; ++i) {
        if (at >= size)
            return false;
        strings[used++] = next();
    }
    strings[used] = nullptr;
    return at == size;
}

/// The steps of spawn.cpp's child_main, in its order; capabilities were given up when the server was started.
void confine(const Request& r, const int* fds) {
    default_signals();
    renew_thread_id();
    if (setsid() < 0)
        give_up("rustcoder-fork: setsid");
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != r.header->parent)
        give_up("rustcoder-fork: the parent died");
    for (int i = 0; i <= stream_count; ++i) // what came in a message is numbered higher; 3 is the ruleset
        if (dup3(fds[i], i, 0) < 0)
            give_up("rustcoder-fork: dup3");
    if (syscall(SYS_close_range, stream_count + 1, ~0u, 0) < 0)
        give_up("rustcoder-fork: close_range");
    if (chdir(r.cwd) < 0)
        give_up("rustcoder-fork: chdir");
    lower_limits(r.limits, r.header->limit_count);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        give_up("rustcoder-fork: no_new_privs");
    enter_landlock(stream_count);
    const sock_fprog filter = {static_cast<unsigned short>(r.header->filter_length), r.filter};
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) < 0)
        give_up("rustcoder-fork: seccomp");
}

bool answer(long value) {
    const auto word = static_cast<std::int32_t>(value);
    return send(socket_fd, &word, sizeof word, MSG_NOSIGNAL) == sizeof word;
}

/// Stands where main() was. Returns only in a child, with main's own result.
int serve(int, char**, char**) {
    if (send(socket_fd, &ready, 1, MSG_NOSIGNAL) != 1)
        _exit(3);
    for (;;) {
        pollfd waiting = {socket_fd, POLLIN, 0};
        const int n = poll(&waiting, 1, idle_ms);
        if (n == 0)
            _exit(0);
        iovec bytes = {packet, sizeof packet};
        alignas(cmsghdr) char control[CMSG_SPACE((stream_count + 1) * sizeof(int))] = {};
        msghdr message{};
        message.msg_iov = &bytes;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const ssize_t size = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
        if (size <= 0)
            _exit(0); // the client is gone
        const cmsghdr* rights = CMSG_FIRSTHDR(&message);
        Request request{};
        if (!rights || rights->cmsg_len != CMSG_LEN((stream_count + 1) * sizeof(int)) ||
            (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || !read_request(static_cast<std::size_t>(size), request))
            _exit(4);
        int fds[stream_count + 1];
        memcpy(fds, CMSG_DATA(rights), sizeof fds);
        const long pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
        if (pid == 0) {
            confine(request, fds);
            environ = request.environment;
            return real_main(static_cast<int>(request.header->argument_count), request.arguments, request.environment);
        }
        const long result = pid < 0 ? -errno : pid;
        for (const int fd : fds)
            close(fd);
        if (!answer(result))
            _exit(5);
    }
}

} // namespace

extern "C" __attribute__((visibility("default"))) int __libc_start_main(Main main, int argc, char** argv,
                                                                        void (*init)(), void (*fini)(),
                                                                        void (*loader_fini)(), void* stack_end) {
    using Start = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);
    const auto real = reinterpret_cast<Start>(dlsym(RTLD_NEXT, "__libc_start_main"));
    if (!real)
        _exit(6);
    real_main = main;
    return real(serve, argc, argv, init, fini, loader_fini, stack_end);
}
