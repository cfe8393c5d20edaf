#include "process/supervise.h"

#include "process/tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::process {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr milliseconds tree_interval{50};
constexpr milliseconds disk_interval{500};
constexpr milliseconds drain_bound{1000};    // a reader that never sees the end of file gives up
constexpr milliseconds namespace_grace{500}; // then bubblewrap itself is killed too
constexpr std::uint64_t threads_per_process = 16;
constexpr std::size_t chunk_bytes = 64 << 10;

microseconds since(Clock::time_point start) {
    return std::chrono::duration_cast<microseconds>(Clock::now() - start);
}

/// A reader that goes away must not kill the server: SIGPIPE is held back for this thread and taken off the queue.
ssize_t write_quietly(int fd, const char* data, std::size_t size) {
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    const ssize_t n = write(fd, data, size);
    const int saved = errno;
    if (n < 0 && saved == EPIPE) {
        const timespec now{};
        sigtimedwait(&pipe_signal, nullptr, &now);
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    errno = saved;
    return n;
}

microseconds to_micros(const timeval& t) {
    return std::chrono::seconds(t.tv_sec) + microseconds(t.tv_usec);
}

class Supervisor {
public:
    Supervisor(Child child, Pipes pipes, const Command& command, const Policy& policy)
        : child_(std::move(child)), pipes_(std::move(pipes)), command_(command), policy_(policy),
          in_namespace_(pipes_.status), own_peak_(own_peak()), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

    ~Supervisor() {
        if (!reaped_) { // a callback threw
            kill_tree();
            finish();
        }
    }

    void wake() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t n = write(wake_.get(), &one, sizeof one);
    }

    Supervised run() {
        feed();
        while (!leader_gone_) {
            wait_for_something();
            check_limits();
        }
        finish();
        return std::move(result_);
    }

private:
    static std::uint64_t own_peak() {
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
    }

    void end_early(Ended why) {
        if (!verdict_)
            verdict_ = why;
        kill_tree();
    }

    void kill_tree() {
        if (!killed_at_)
            killed_at_ = Clock::now();
        // The first process of a pid namespace takes all others with it; otherwise the group is the tree. The leader is
        // ours and not yet waited for, so its number cannot have been given to anybody else.
        if (!namespace_init_)
            kill(-child_.pid, SIGKILL);
        else if (syscall(SYS_pidfd_send_signal, namespace_init_.get(), SIGKILL, nullptr, 0) < 0 ||
                 Clock::now() - *killed_at_ > namespace_grace)
            kill(-child_.pid, SIGKILL);
    }

    milliseconds until_next_event() const {
        auto next = std::min(next_tree_, next_disk_);
        next = std::min(next, deadline_);
        if (killed_at_)
            next = Clock::now() + milliseconds(50);
        return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(next - Clock::now()));
    }

    void wait_for_something() {
        std::array<pollfd, 6> fds = {{{child_.pidfd.get(), POLLIN, 0},
                                      {pipes_.out.get(), POLLIN, 0},
                                      {pipes_.err.get(), POLLIN, 0},
                                      {pipes_.in.get(), POLLOUT, 0},
                                      {verdict_ ? -1 : wake_.get(), POLLIN, 0},
                                      {pipes_.status.get(), POLLIN, 0}}};
        poll(fds.data(), fds.size(), static_cast<int>(std::min<std::int64_t>(until_next_event().count(), 60'000)));
        if (fds[1].revents)
            drain(pipes_.out, result_.exit.out, result_.exit.out_truncated, command_.on_stdout);
        if (fds[2].revents)
            drain(pipes_.err, result_.exit.err, result_.exit.err_truncated, command_.on_stderr);
        if (fds[3].revents)
            feed();
        if (fds[5].revents)
            read_status();
        if (fds[4].revents)
            end_early(Ended::cancelled);
        leader_gone_ = fds[0].revents != 0;
    }

    void feed() {
        while (pipes_.in) {
            const std::size_t left = command_.stdin_bytes.size() - fed_;
            const ssize_t n = left ? write_quietly(pipes_.in.get(), command_.stdin_bytes.data() + fed_, left) : 0;
            if (n > 0)
                fed_ += static_cast<std::size_t>(n);
            else if (n == 0 || (errno != EAGAIN && errno != EINTR))
                pipes_.in.reset(); // all written, or nobody reads
            else if (errno == EAGAIN)
                return;
        }
    }

    /// Reads what is there, a bounded amount, so that one noisy stream does not keep the limits from being looked at.
    void drain(base::Fd& fd, std::string& kept, bool& truncated, const std::function<void(std::string_view)>& sink) {
        static thread_local const std::unique_ptr<char[]> buffer(new char[chunk_bytes]);
        for (int round = 0; fd && round < 16; ++round) {
            const ssize_t n = read(fd.get(), buffer.get(), chunk_bytes);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0 && errno == EAGAIN)
                return;
            if (n <= 0) {
                fd.reset();
                return;
            }
            const std::size_t room =
                policy_.limits.output_bytes - std::min<std::uint64_t>(policy_.limits.output_bytes, kept.size());
            const std::string_view part(buffer.get(), std::min(room, static_cast<std::size_t>(n)));
            kept.append(part);
            if (part.size() < static_cast<std::size_t>(n)) {
                truncated = true;
                end_early(Ended::output_limit);
            }
            if (sink && !part.empty())
                sink(part);
        }
    }

    /// JSON lines: {"child-pid": N, ...} once the namespaces stand, {"exit-code": N} when the command ended.
    void read_status() {
        char text[512];
        const ssize_t n = read(pipes_.status.get(), text, sizeof text);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            pipes_.status.reset();
        if (n <= 0)
            return;
        status_.append(text, static_cast<std::size_t>(n));
        if (const auto pid = number_after("\"child-pid\":"); pid && !namespace_init_) {
            init_pid_ = *pid;
            namespace_init_ = base::Fd(static_cast<int>(syscall(SYS_pidfd_open, *pid, 0)));
        }
    }

    std::optional<int> number_after(std::string_view key) const {
        auto at = status_.find(key);
        if (at == std::string::npos)
            return std::nullopt;
        at = status_.find_first_not_of(' ', at + key.size());
        int value = 0;
        if (at == std::string::npos ||
            std::from_chars(status_.data() + at, status_.data() + status_.size(), value).ec != std::errc{})
            return std::nullopt;
        return value;
    }

    void check_limits() {
        if (leader_gone_)
            return;
        if (killed_at_) { // repeat: a fork may have slipped past
            kill_tree();
            return;
        }
        const auto now = Clock::now();
        if (now >= deadline_)
            end_early(Ended::timed_out);
        if (now >= next_tree_)
            check_tree();
        if (now >= next_disk_)
            check_disk();
    }

    void check_tree() {
        const TreeUsage usage = tree_usage(child_.pid, tree_interval / 2);
        result_.exit.peak_bytes = std::max(result_.exit.peak_bytes, usage.largest_resident_bytes);
        const Limits& limits = policy_.limits;
        // bubblewrap's own two processes are not the program's
        const std::uint64_t own = in_namespace_ ? 2 : 0;
        if (usage.processes > limits.processes + own || usage.threads > limits.processes * threads_per_process)
            end_early(Ended::process_limit);
        else if (usage.resident_bytes > limits.memory_bytes && proportional_bytes(usage.pids) > limits.memory_bytes)
            end_early(Ended::memory_limit);
        // never more than a twentieth of a core for looking
        next_tree_ = Clock::now() + std::max<Clock::duration>(tree_interval, 20 * last_scan_cost());
    }

    void check_disk() {
        const auto before = Clock::now();
        if (disk_usage(policy_.read_write, policy_.limits.disk_bytes) > policy_.limits.disk_bytes)
            end_early(Ended::disk_limit);
        next_disk_ = Clock::now() + std::max<Clock::duration>(disk_interval, 20 * (Clock::now() - before));
    }

    void finish() {
        reaped_ = true;
        kill(-child_.pid, SIGKILL); // background processes that outlived the leader
        read_rest();
        result_.exit.wall = since(start_);
        int status = 0;
        rusage usage{};
        pid_t waited = -1;
        do
            waited = wait4(child_.pid, &status, 0, &usage);
        while (waited < 0 && errno == EINTR);
        if (waited < 0) // somebody else took the result: never a success
            status = 255 << 8;
        add(usage);
        reap_orphans();
        conclude(status);
    }

    void add(const rusage& usage) {
        result_.exit.user += to_micros(usage.ru_utime);
        result_.exit.sys += to_micros(usage.ru_stime);
        // Before execve the child had our memory, and the kernel counts that: only a larger figure is the child's.
        const std::uint64_t peak = static_cast<std::uint64_t>(usage.ru_maxrss) * 1024;
        if (peak > own_peak_)
            result_.exit.peak_bytes = std::max(result_.exit.peak_bytes, peak);
    }

    void read_rest() {
        const auto deadline = Clock::now() + drain_bound;
        while ((pipes_.out || pipes_.err || pipes_.status) && Clock::now() < deadline) {
            std::array<pollfd, 3> fds = {
                {{pipes_.out.get(), POLLIN, 0}, {pipes_.err.get(), POLLIN, 0}, {pipes_.status.get(), POLLIN, 0}}};
            if (poll(fds.data(), fds.size(), 20) <= 0 && errno != EINTR)
                kill(-child_.pid, SIGKILL);
            if (fds[0].revents)
                drain(pipes_.out, result_.exit.out, result_.exit.out_truncated, command_.on_stdout);
            if (fds[1].revents)
                drain(pipes_.err, result_.exit.err, result_.exit.err_truncated, command_.on_stderr);
            if (fds[2].revents)
                read_status();
        }
    }

    /// Members of the group whose parents died have come to us (subreaper): wait for them, so that nothing of the run
    /// is left when we return.
    void reap_orphans() {
        const auto deadline = Clock::now() + drain_bound;
        rusage usage{};
        for (const pid_t target : {-child_.pid, init_pid_}) {
            if (target == 0)
                continue;
            for (;;) {
                const pid_t pid = wait4(target, nullptr, WNOHANG, &usage);
                if (pid > 0)
                    add(usage);
                else if (pid < 0 && errno == EINTR)
                    continue;
                else if (pid < 0 || Clock::now() > deadline)
                    break;
                else
                    std::this_thread::sleep_for(milliseconds(1));
            }
        }
    }

    void conclude(int status) {
        Exit& exit = result_.exit;
        if (WIFSIGNALED(status)) {
            exit.ended = Ended::signalled;
            exit.signal = WTERMSIG(status);
        } else {
            exit.ended = Ended::exited;
            exit.code = WEXITSTATUS(status);
        }
        if (in_namespace_)
            conclude_namespace();
        if (exit.ended == Ended::signalled && exit.signal == SIGXCPU)
            exit.ended = Ended::timed_out;
        if (exit.ended == Ended::signalled && exit.signal == SIGXFSZ)
            exit.ended = Ended::disk_limit;
        if (verdict_) {
            exit.ended = *verdict_;
            exit.code = -1;
        }
    }

    /// bubblewrap passes a signal on as 128 + number, as a shell does.
    void conclude_namespace() {
        Exit& exit = result_.exit;
        if (const auto code = number_after("\"exit-code\":"))
            exit.code = *code;
        else if (exit.ended == Ended::exited && !killed_at_)
            result_.started = false;
        if (exit.ended == Ended::exited && exit.code > 128 && exit.code < 128 + 32) {
            exit.ended = Ended::signalled;
            exit.signal = exit.code - 128;
            exit.code = -1;
        }
    }

    Child child_;
    Pipes pipes_;
    const Command& command_;
    const Policy& policy_;
    const bool in_namespace_;
    const std::uint64_t own_peak_;
    base::Fd wake_;
    base::Fd namespace_init_; // first process of the pid namespace
    pid_t init_pid_ = 0;
    std::string status_;
    Supervised result_;
    std::optional<Ended> verdict_;
    std::optional<Clock::time_point> killed_at_;
    const Clock::time_point start_ = Clock::now();
    const Clock::time_point deadline_ =
        start_ + std::min<milliseconds>(policy_.limits.wall, std::chrono::hours(24 * 365));
    Clock::time_point next_tree_ = start_ + tree_interval;
    Clock::time_point next_disk_ = start_ + disk_interval;
    std::size_t fed_ = 0;
    bool leader_gone_ = false;
    bool reaped_ = false;
};

} // namespace

Supervised supervise(Child child, Pipes pipes, const Command& command, const Policy& policy, std::stop_token stop) {
    Supervisor supervisor(std::move(child), std::move(pipes), command, policy);
    const std::stop_callback on_stop(stop, [&] { supervisor.wake(); });
    return supervisor.run();
}

} // namespace rustcoder::process
