#include "proxy/child.h"

#include "base/log.h"
#include "base/os.h"
#include "base/text.h"
#include "process/spawn.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <fmt/format.h>
#include <future>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace rustcoder::proxy {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t longest_log_line = 8u << 10;

Result<std::pair<base::Fd, base::Fd>> make_pipe() {
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) < 0)
        return fail(Errc::io, fmt::format("cannot make a pipe: {}", std::strerror(errno)));
    return std::pair{base::Fd(fds[0]), base::Fd(fds[1])};
}

void never_block(const base::Fd& fd) {
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
}

Result<std::string> find_program(const std::string& name, const std::vector<std::string>& env) {
    if (base::has(name, "/"))
        return name;
    std::string path = "/usr/local/bin:/usr/bin:/bin";
    for (const auto& entry : env)
        if (entry.starts_with("PATH="))
            path = entry.substr(5);
    for (const auto folder : base::split(path, ':')) {
        auto candidate = std::string(folder.empty() ? "." : folder) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0)
            return candidate;
    }
    return fail(Errc::not_found, "there is no program \"" + name + "\"", "PATH=" + path,
                "Install it, or give its whole path.");
}

class Child final : public Upstream {
public:
    Child(ChildOptions options, Events events) : options_(std::move(options)), events_(std::move(events)) {}
    ~Child() override {
        close();
        if (thread_.joinable())
            thread_.join();
    }

    Status start() {
        wake_ = base::Fd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        if (!wake_)
            return fail(Errc::io, fmt::format("cannot make an event: {}", std::strerror(errno)));
        std::promise<Status> started;
        auto result = started.get_future();
        // The kernel ends the child with the thread that started it, so that one stays.
        thread_ = std::thread([this, &started] {
            auto status = launch();
            const bool ok = status.has_value();
            started.set_value(std::move(status)); // the last use of what start() owns
            if (ok)
                run();
        });
        return result.get();
    }

    Status send(const Message& message) override {
        {
            std::lock_guard lock(mutex_);
            if (closing_ || ended_)
                return fail(Errc::unavailable, "the server has ended", describe());
            if (waiting_ > 0 && waiting_ + message.text.size() > options_.most_waiting)
                return fail(Errc::limit, fmt::format("the server has not read {} bytes", waiting_), describe());
            waiting_ += message.text.size() + 1;
            queue_.push_back(message.text + "\n");
        }
        wake_up();
        return {};
    }

    void close() override {
        {
            std::lock_guard lock(mutex_);
            closing_ = true;
        }
        if (wake_)
            wake_up();
    }

    std::string describe() const override { return fmt::format("child {}: {}", pid_, fmt::join(options_.argv, " ")); }

private:
    void wake_up() const {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto n = ::write(wake_.get(), &one, sizeof one);
    }

    Status launch() {
        RC_TRY_ASSIGN(auto program, find_program(options_.argv.at(0), options_.env));
        RC_TRY_ASSIGN(auto in, make_pipe());
        RC_TRY_ASSIGN(auto out, make_pipe());
        RC_TRY_ASSIGN(auto err, make_pipe());
        process::Launch launch;
        launch.argv = options_.argv;
        launch.argv[0] = program;
        launch.env = options_.env;
        launch.cwd = options_.cwd;
        launch.fds = {in.first.get(), out.second.get(), err.second.get()};
        RC_TRY_ASSIGN(auto child, process::spawn(launch));
        pid_ = child.pid;
        in_ = std::move(in.second);
        out_ = std::move(out.first);
        err_ = std::move(err.first);
        pidfd_ = std::move(child.pidfd);
        for (const auto* fd : {&in_, &out_, &err_})
            never_block(*fd);
        return {};
    }

    /// Pumps until the child closes its output or ends, or close() is called; then ends the whole group.
    void run() {
        std::string why;
        while (why.empty() && !closing())
            why = turn();
        finish_group();
        bool tell = false;
        {
            std::lock_guard lock(mutex_);
            ended_ = true;
            tell = !closing_;
        }
        if (tell)
            events_.closed(why + exit_text(), {});
    }

    bool closing() {
        std::lock_guard lock(mutex_);
        return closing_;
    }

    /// One round of waiting and moving bytes; says why it is over.
    std::string turn() {
        bool to_write = false;
        {
            std::lock_guard lock(mutex_);
            to_write = !queue_.empty();
        }
        pollfd fds[] = {{wake_.get(), POLLIN, 0},
                        {out_.get(), POLLIN, 0},
                        {err_ ? err_.get() : -1, POLLIN, 0},
                        {in_ && to_write ? in_.get() : -1, POLLOUT, 0},
                        {pidfd_.get(), POLLIN, 0}};
        if (::poll(fds, std::size(fds), -1) < 0 && errno != EINTR)
            return fmt::format("poll failed: {}", std::strerror(errno));
        if (fds[0].revents) {
            std::uint64_t count = 0;
            [[maybe_unused]] const auto n = ::read(wake_.get(), &count, sizeof count);
        }
        if (fds[3].revents)
            write_some();
        if (fds[2].revents && !drain_errors())
            err_.reset();
        if (fds[1].revents)
            if (auto why = read_output(); !why.empty())
                return why;
        if (fds[4].revents) { // what it said before it ended still counts
            auto why = read_output();
            return why.empty() ? "the server ended" : why;
        }
        return {};
    }

    void write_some() {
        std::lock_guard lock(mutex_);
        while (!queue_.empty()) {
            const auto& front = queue_.front();
            const auto n = ::write(in_.get(), front.data() + written_, front.size() - written_);
            if (n < 0) {
                if (errno == EPIPE) { // it reads no more; its end will be seen on its output
                    queue_.clear();
                    waiting_ = written_ = 0;
                    in_.reset();
                }
                return;
            }
            written_ += static_cast<std::size_t>(n);
            if (written_ < front.size())
                return;
            waiting_ -= front.size();
            written_ = 0;
            queue_.pop_front();
        }
    }

    std::string read_output() {
        char bytes[64 << 10];
        for (;;) {
            const auto n = ::read(out_.get(), bytes, sizeof bytes);
            if (n < 0)
                return errno == EAGAIN || errno == EINTR ? std::string()
                                                         : fmt::format("reading failed: {}", std::strerror(errno));
            if (n == 0)
                return "the server closed its output";
            std::string_view piece(bytes, static_cast<std::size_t>(n));
            for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
                line_.append(piece.substr(0, end));
                piece.remove_prefix(end + 1);
                deliver(std::exchange(line_, {}));
            }
            line_.append(piece);
            if (line_.size() > options_.longest_message)
                return fmt::format("a message of the server is longer than {} bytes", options_.longest_message);
        }
    }

    void deliver(std::string line) {
        if (base::trim(line).empty())
            return;
        auto message = Message::read(std::move(line));
        if (!message) {
            base::log_warn(fmt::format("{} wrote a line that is no message: {}", describe(), message.error().text()));
            return;
        }
        events_.message(std::move(*message), {});
    }

    bool drain_errors() {
        char bytes[4096];
        for (;;) {
            const auto n = ::read(err_.get(), bytes, sizeof bytes);
            if (n <= 0)
                return n < 0 && (errno == EAGAIN || errno == EINTR);
            for (const char c : std::string_view(bytes, static_cast<std::size_t>(n))) {
                if (c != '\n')
                    err_line_ += c;
                if (c == '\n' || err_line_.size() >= longest_log_line)
                    base::log_info(fmt::format("[{}] {}", pid_, std::exchange(err_line_, {})));
            }
        }
    }

    bool wait_end(std::chrono::milliseconds time) {
        const auto until = Clock::now() + time;
        for (;;) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
            if (left.count() <= 0)
                return false;
            pollfd fds[] = {
                {pidfd_.get(), POLLIN, 0}, {out_ ? out_.get() : -1, POLLIN, 0}, {err_ ? err_.get() : -1, POLLIN, 0}};
            ::poll(fds, std::size(fds), static_cast<int>(left.count()));
            if (fds[0].revents)
                return true;
            char bytes[4096]; // a child that waits for a reader cannot end
            if (fds[1].revents && ::read(out_.get(), bytes, sizeof bytes) == 0)
                out_.reset();
            if (fds[2].revents && !drain_errors())
                err_.reset();
        }
    }

    /// End of input, then SIGTERM, then SIGKILL, to the whole group; afterwards nobody of the group is left.
    void finish_group() {
        if (in_)
            write_some();
        {
            std::lock_guard lock(mutex_);
            in_.reset();
        }
        bool ended = wait_end(options_.end_grace);
        if (!ended) {
            ::kill(-pid_, SIGTERM);
            ended = wait_end(options_.end_grace);
        }
        ::kill(-pid_, SIGKILL);
        if (err_)
            drain_errors();
        while (::waitpid(pid_, &status_, 0) < 0 && errno == EINTR) {
        }
    }

    std::string exit_text() const {
        if (WIFEXITED(status_))
            return fmt::format(" (exit status {})", WEXITSTATUS(status_));
        return WIFSIGNALED(status_) ? fmt::format(" (signal {})", WTERMSIG(status_)) : std::string();
    }

    const ChildOptions options_;
    const Events events_;
    std::thread thread_;
    base::Fd wake_, in_, out_, err_, pidfd_;
    pid_t pid_ = -1;
    int status_ = 0;
    std::string line_, err_line_; // thread_ only

    mutable std::mutex mutex_;
    std::deque<std::string> queue_;
    std::size_t waiting_ = 0, written_ = 0;
    bool closing_ = false, ended_ = false;
};

} // namespace

Result<std::shared_ptr<Upstream>> start_child(const ChildOptions& options, Upstream::Events events) {
    auto child = std::make_shared<Child>(options, std::move(events));
    RC_TRY(child->start());
    return child;
}

} // namespace rustcoder::proxy
