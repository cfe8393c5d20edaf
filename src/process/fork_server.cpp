#include "process/fork_server.h"

#include "base/counters.h"
#include "process/fork_protocol.h"

#include <fmt/core.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <memory>
#include <mutex>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

#ifdef RC_FORK_LIBRARY
// The library as bytes, see CMakeLists.txt.
asm(".section .rodata\n"
    ".global rustcoder_fork_library_begin, rustcoder_fork_library_end\n"
    ".balign 16\n"
    "rustcoder_fork_library_begin:\n"
    ".incbin \"" RC_FORK_LIBRARY "\"\n"
    "rustcoder_fork_library_end:\n"
    ".byte 0\n"
    ".previous\n");
extern "C" const char rustcoder_fork_library_begin[], rustcoder_fork_library_end[];
#endif

namespace rustcoder::process {
namespace {

namespace protocol = fork_protocol;

constexpr int most_failures = 2; // then this program is never tried again
constexpr timeval patience = {5, 0};

base::Fd library_file() {
#ifdef RC_FORK_LIBRARY
    base::Fd fd(memfd_create("fork-server", MFD_CLOEXEC));
    const auto size = static_cast<std::size_t>(rustcoder_fork_library_end - rustcoder_fork_library_begin);
    if (fd && write(fd.get(), rustcoder_fork_library_begin, size) == static_cast<ssize_t>(size))
        return fd;
#endif
    return {};
}

/// What tells that the file of a program is another one than before.
std::string stamp(const std::string& path) {
    struct stat s{};
    if (stat(path.c_str(), &s) != 0)
        return {};
    return fmt::format("{}.{}.{}.{}.{}", s.st_dev, s.st_ino, s.st_size, s.st_mtim.tv_sec, s.st_mtim.tv_nsec);
}

template <class T> void append(std::string& to, const T& value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Empty: does not fit, or holds what cannot be sent.
std::string packet_of(const Launch& launch) {
    const protocol::Header header = {static_cast<std::uint32_t>(launch.argv.size()),
                                     static_cast<std::uint32_t>(launch.env.size()),
                                     static_cast<std::uint32_t>(launch.limits.size()),
                                     static_cast<std::uint32_t>(launch.seccomp.size()),
                                     static_cast<std::int32_t>(getpid()),
                                     0};
    std::string out;
    append(out, header);
    for (const ResourceLimit& l : launch.limits)
        append(out, protocol::Limit{l.resource, l.soft, l.hard});
    out.append(reinterpret_cast<const char*>(launch.seccomp.data()), launch.seccomp.size_bytes());
    auto word = [&](const std::string& w) { out.append(w.c_str(), w.size() + 1); };
    word(launch.cwd);
    for (const std::string& w : launch.argv)
        word(w);
    for (const std::string& w : launch.env)
        word(w);
    const bool fits =
        out.size() <= protocol::max_packet && launch.argv.size() + launch.env.size() + 2 <= protocol::max_strings;
    return fits ? out : std::string();
}

/// Never destroyed: its thread is the parent, as the kernel sees it, of the server and of all its children, and they
/// die with that thread. So the thread lives as long as the process.
class Server {
public:
    explicit Server(std::string program) : program_(std::move(program)) {
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before); // signals of this process are not for that thread
        std::thread([this] { keep(); }).detach();
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }

    void want() {
        const std::scoped_lock lock(mutex_);
        if (state_ == State::absent) {
            state_ = State::starting;
            changed_.notify_all();
        }
    }

    bool wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return state_ != State::starting; });
        return state_ == State::ready;
    }

    void abandon() {
        const std::scoped_lock lock(mutex_);
        failures_ = most_failures;
        state_ = State::hopeless;
        socket_.reset();
    }

    std::optional<Child> fork(const Launch& launch);

private:
    enum class State { absent, starting, ready, hopeless };

    [[noreturn]] void keep();
    bool start(Child& server, base::Fd& socket) const;
    /// The socket closes, so the server ends; the thread notices and reaps.
    void retire() { socket_.reset(); }
    std::optional<int> answer();

    const std::string program_;
    const bool dropped_ = geteuid() == 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    State state_ = State::absent;
    int failures_ = 0;
    base::Fd socket_;
    base::Fd pidfd_;
    std::string stamp_;
};

bool Server::start(Child& server, base::Fd& socket) const {
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
        return false;
    socket = base::Fd(pair[0]);
    const base::Fd other(pair[1]);
    const base::Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
    const base::Fd library = library_file();
    if (!null || !library)
        return false;
    Launch launch;
    launch.argv = {program_};
    launch.env = {fmt::format("LD_PRELOAD=/proc/self/fd/{}", protocol::library_fd), "PATH=/usr/bin:/bin", "LC_ALL=C"};
    launch.cwd = "/";
    launch.fds = {null.get(), null.get(), null.get(), other.get(), library.get()};
    launch.drop_capabilities = dropped_; // inherited by every child
    auto child = spawn(launch);
    if (!child)
        return false;
    server = std::move(*child);
    setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return true;
}

void Server::keep() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return state_ == State::starting; });
        }
        Child server;
        base::Fd socket;
        const std::string before = stamp(program_);
        char word = 0;
        const bool started = start(server, socket);
        const bool ready =
            started && recv(socket.get(), &word, 1, 0) == 1 && word == protocol::ready && stamp(program_) == before;
        {
            const std::scoped_lock lock(mutex_);
            if (ready && state_ == State::starting) {
                socket_ = std::exchange(socket, base::Fd());
                stamp_ = before;
                pidfd_ = base::Fd(fcntl(server.pidfd.get(), F_DUPFD_CLOEXEC, 0));
                state_ = State::ready;
                failures_ = 0;
            } else {
                ++failures_;
            }
            changed_.notify_all();
        }
        socket.reset();
        if (started) {
            if (!ready)
                kill(-server.pid, SIGKILL);
            pollfd gone = {server.pidfd.get(), POLLIN, 0};
            while (poll(&gone, 1, -1) < 0 && errno == EINTR) {
            }
            while (waitpid(server.pid, nullptr, 0) < 0 && errno == EINTR) {
            }
        }
        const std::scoped_lock lock(mutex_);
        socket_.reset();
        pidfd_.reset();
        if (state_ != State::hopeless)
            state_ = failures_ >= most_failures ? State::hopeless : State::absent;
        changed_.notify_all();
    }
}

/// The pid, or nothing when the server is of no use any more.
std::optional<int> Server::answer() {
    std::int32_t pid = 0;
    ssize_t n = 0;
    do
        n = recv(socket_.get(), &pid, sizeof pid, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0) { // it hangs: end it, but do not lose a child that it has made in the last moment
        syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0);
        n = recv(socket_.get(), &pid, sizeof pid, 0);
    }
    if (n != sizeof pid) {
        retire();
        return std::nullopt;
    }
    return pid;
}

std::optional<Child> Server::fork(const Launch& launch) {
    const std::string packet = packet_of(launch);
    if (packet.empty() || launch.fds.size() != protocol::stream_count || launch.landlock < 0 ||
        launch.seccomp.empty() || launch.cwd.empty() || launch.drop_capabilities != dropped_)
        return std::nullopt;
    const std::scoped_lock lock(mutex_);
    if (state_ != State::ready || !socket_)
        return std::nullopt;
    if (stamp(program_) != stamp_) { // the toolchain was updated
        retire();
        return std::nullopt;
    }
    iovec bytes = {const_cast<char*>(packet.data()), packet.size()};
    int fds[protocol::stream_count + 1];
    std::copy(launch.fds.begin(), launch.fds.end(), fds);
    fds[protocol::stream_count] = launch.landlock;
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)] = {};
    msghdr message{};
    message.msg_iov = &bytes;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof fds);
    std::memcpy(CMSG_DATA(rights), fds, sizeof fds);
    if (sendmsg(socket_.get(), &message, MSG_NOSIGNAL) != static_cast<ssize_t>(packet.size())) {
        retire();
        return std::nullopt;
    }
    const auto pid = answer();
    if (!pid || *pid <= 0)
        return std::nullopt;
    Child child{*pid, base::Fd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)))};
    if (!child.pidfd) { // out of descriptors
        kill(*pid, SIGKILL);
        while (waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) {
        }
        return std::nullopt;
    }
    static auto& total = base::counter("forked_children_total", "Compilers that started as a fork of a loaded one");
    total.add();
    return child;
}

std::mutex servers_mutex;

std::map<std::string, Server*>& servers() {
    static auto* all = new std::map<std::string, Server*>; // as long as the process, see Server
    return *all;
}

Server* find(const std::string& program) {
    const std::scoped_lock lock(servers_mutex);
    const auto found = servers().find(program);
    return found == servers().end() ? nullptr : found->second;
}

bool switched_off() {
    const char* value = std::getenv("RUSTCODER_FORK_SERVER");
    return value && std::strcmp(value, "off") == 0;
}

} // namespace

void prepare_fork_server(const std::string& program) {
#ifdef RC_FORK_LIBRARY
    if (switched_off())
        return;
    Server* server = nullptr;
    {
        const std::scoped_lock lock(servers_mutex);
        auto& slot = servers()[program];
        if (!slot)
            slot = new Server(program);
        server = slot;
    }
    server->want();
#endif
}

bool wait_for_fork_server(const std::string& program) {
    Server* server = find(program);
    return server && server->wait();
}

std::optional<Child> fork_spawn(const Launch& launch) {
    if (launch.argv.empty())
        return std::nullopt;
    Server* server = find(launch.argv[0]);
    return server ? server->fork(launch) : std::nullopt;
}

void abandon_fork_server(const std::string& program) {
    if (Server* server = find(program))
        server->abandon();
}

} // namespace rustcoder::process
