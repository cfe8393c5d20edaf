#include "agent/watch_files.h"

#include "base/text.h"

#include <cerrno>
#include <cstring>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace rustcoder::agent {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint32_t wanted = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |
                                 IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::size_t buffer_bytes = 64 << 10;

/// The folders that project::load_folder passes over; what is in them cannot change the project.
bool is_passed_over(const fs::path& folder, std::string_view name) {
    if (base::one_of(name, {".git", ".hg", ".svn", ".jj", ".bzr", ".pijul", "CVS", ".idea", ".vs", ".fleet", ".vscode",
                            ".zed", ".direnv", "node_modules"}))
        return true;
    std::error_code ec;
    return name == "target" &&
           (fs::exists(folder / "Cargo.toml", ec) || fs::exists(folder / name / "CACHEDIR.TAG", ec));
}

} // namespace

bool is_helper_file(std::string_view name) {
    // vim: .x.swp, 4913, x~; emacs: #x#, .#x; JetBrains: x___jb_tmp___; kate: .x.kate-swp; many: x.tmp
    return name.ends_with("~") || name.ends_with(".swp") || name.ends_with(".swx") || name.ends_with(".swpx") ||
           name.ends_with(".kate-swp") || name.ends_with(".tmp") || name.ends_with(".lock.tmp") || name == "4913" ||
           name.starts_with(".#") || (name.starts_with("#") && name.ends_with("#")) || base::has(name, "___jb_") ||
           name == ".DS_Store";
}

Result<std::unique_ptr<FileWatch>> FileWatch::open(const fs::path& root, FileWatchOptions options) {
    std::error_code ec;
    const auto real = fs::canonical(root, ec);
    if (ec)
        return fail(Errc::not_found, ec.message(), root.string(), "name a project folder or a .rs file");
    const bool folder = fs::is_directory(real, ec);
    base::Fd events(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    base::Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!events || !wake)
        return fail(Errc::io, std::string("changes cannot be watched: ") + std::strerror(errno), root.string(),
                    "raise fs.inotify.max_user_instances");
    std::unique_ptr<FileWatch> watch(new FileWatch(folder ? real : real.parent_path(),
                                                   folder ? std::string() : real.filename().string(), std::move(events),
                                                   std::move(wake), options));
    watch->add(watch->root_);
    watch->thread_ = std::jthread([self = watch.get()](std::stop_token stop) { self->read(stop); });
    return watch;
}

FileWatch::FileWatch(fs::path root, std::string only, base::Fd events, base::Fd wake, FileWatchOptions options)
    : root_(std::move(root)), only_(std::move(only)), events_(std::move(events)), wake_(std::move(wake)),
      options_(options) {}

FileWatch::~FileWatch() {
    thread_.request_stop();
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto n = ::write(wake_.get(), &one, sizeof one);
}

void FileWatch::add(const fs::path& folder) {
    std::vector<fs::path> todo{folder};
    while (!todo.empty()) {
        const fs::path at = std::move(todo.back());
        todo.pop_back();
        std::string trouble;
        if (folders_.size() >= options_.folders)
            trouble = fmt::format("there are more than {} folders", options_.folders);
        else if (const int id = ::inotify_add_watch(events_.get(), at.c_str(), wanted); id >= 0)
            folders_[id] = at;
        else if (errno == ENOSPC)
            trouble = "the kernel watches no more folders (fs.inotify.max_user_watches)";
        else if (errno != ENOENT && errno != ENOTDIR) // gone meanwhile
            trouble = at.string() + ": " + std::strerror(errno);
        if (!trouble.empty()) {
            std::lock_guard lock(mutex_);
            partly_ = trouble;
            return;
        }
        if (!only_.empty())
            return;
        std::error_code ec;
        for (fs::directory_iterator it(at, fs::directory_options::skip_permission_denied, ec), end; !ec && it != end;
             it.increment(ec)) {
            std::error_code type;
            if (it->is_directory(type) && !it->is_symlink(type) && !is_passed_over(at, it->path().filename().string()))
                todo.push_back(it->path());
        }
    }
}

bool FileWatch::take(const char* at, const char* end) {
    bool counts = false;
    while (at < end) {
        inotify_event e;
        std::memcpy(&e, at, sizeof e);
        const std::string_view name = e.len > 0 ? std::string_view(at + sizeof e) : std::string_view();
        at += sizeof e + e.len;
        if (e.mask & IN_Q_OVERFLOW) { // too much at once: whatever happened, look at everything again
            add(root_);
            counts = true;
            continue;
        }
        const auto folder = folders_.find(e.wd);
        if (folder == folders_.end())
            continue;
        if (e.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) {
            if (!(e.mask & IN_IGNORED) && folder->second != root_)
                ::inotify_rm_watch(events_.get(), e.wd);
            folders_.erase(folder);
            counts = true;
            continue;
        }
        if (!only_.empty() ? name != only_ : is_helper_file(name))
            continue;
        if (e.mask & IN_ISDIR) {
            const fs::path parent = folder->second; // add() changes the map
            if (is_passed_over(parent, name))
                continue;
            if (e.mask & (IN_CREATE | IN_MOVED_TO))
                add(parent / name);
        } else if (e.mask & IN_CREATE) {
            std::error_code ec; // its content comes with IN_CLOSE_WRITE; a link has none of its own
            if (!fs::is_symlink(folder->second / name, ec) && fs::hard_link_count(folder->second / name, ec) < 2)
                continue;
        }
        counts = true;
    }
    return counts;
}

void FileWatch::read(std::stop_token stop) {
    alignas(inotify_event) static thread_local char buffer[buffer_bytes];
    pollfd fds[] = {{events_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}};
    while (!stop.stop_requested()) {
        if (::poll(fds, 2, -1) < 0 && errno != EINTR)
            return;
        const auto n = ::read(events_.get(), buffer, sizeof buffer);
        if (n <= 0 || !take(buffer, buffer + n))
            continue;
        std::lock_guard lock(mutex_);
        last_ = Clock::now();
        if (!pending_)
            first_ = last_;
        pending_ = true;
        outdated_.request_stop();
        changed_.notify_all();
    }
}

bool FileWatch::git_works() const {
    std::error_code ec;
    return fs::exists(root_ / ".git" / "index.lock", ec);
}

bool FileWatch::wait(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    if (partly_.empty()) {
        if (!changed_.wait(lock, stop, [&] { return pending_; }))
            return false;
    } else {
        changed_.wait_for(lock, stop, options_.poll, [&] { return pending_; });
    }
    const auto start = pending_ ? first_ : Clock::now();
    while (!stop.stop_requested()) {
        const auto now = Clock::now();
        if (now - start >= options_.git)
            break;
        const bool calm = !pending_ || now - last_ >= options_.quiet || now - start >= options_.longest;
        if (calm && !git_works())
            break;
        changed_.wait_for(lock, stop, calm ? options_.quiet : options_.quiet - (now - last_), [] { return false; });
    }
    pending_ = false;
    outdated_ = std::stop_source();
    return !stop.stop_requested();
}

std::stop_token FileWatch::outdated() const {
    std::lock_guard lock(mutex_);
    return outdated_.get_token();
}

std::string FileWatch::partly() const {
    std::lock_guard lock(mutex_);
    return partly_;
}

} // namespace rustcoder::agent
