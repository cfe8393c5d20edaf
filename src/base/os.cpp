#include "base/os.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <random>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <vector>

namespace rustcoder::base {

namespace fs = std::filesystem;

namespace {

std::string random_suffix() {
    static constexpr char alphabet[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    thread_local std::mt19937_64 generator{std::random_device{}()};
    std::string out;
    for (int i = 0; i < 10; ++i)
        out += alphabet[generator() % (sizeof(alphabet) - 1)];
    return out;
}

std::unexpected<Error> os_error(std::string_view what, const fs::path& path, int error = errno) {
    const Errc code = error == ENOENT || error == ENOTDIR ? Errc::not_found : Errc::io;
    const char* next = error == ENOSPC || error == EDQUOT                    ? "Free some disk space and try again."
                       : error == EACCES || error == EPERM || error == EROFS ? "Check the permissions of the folder."
                                                                             : "";
    return fail(code, fmt::format("cannot {}: {}", what, std::strerror(error)), path.string(), next);
}

Status write_all(int fd, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return os_error("write", path);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Status make_parents(const fs::path& path) {
    const fs::path parent = path.parent_path();
    if (parent.empty())
        return {};
    std::error_code ec;
    fs::create_directories(parent, ec);
    if (ec)
        return os_error("create the folder", parent, ec.value());
    return {};
}

/// A child may leave folders that nobody can enter; make them ours, then they can be removed. Symlinks stay untouched.
void unlock_folders(const fs::path& root) {
    std::error_code ec;
    std::vector<fs::path> pending{root};
    while (!pending.empty()) {
        const fs::path folder = std::move(pending.back());
        pending.pop_back();
        Fd fd(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        if (!fd)
            continue;
        fs::permissions(fmt::format("/proc/self/fd/{}", fd.get()), fs::perms::owner_all, fs::perm_options::add, ec);
        for (auto it = fs::directory_iterator(folder, ec); !ec && it != fs::directory_iterator(); it.increment(ec))
            if (fs::is_directory(it->symlink_status(ec)))
                pending.push_back(it->path());
    }
}

void remove_tree(const fs::path& root) noexcept {
    try {
        std::error_code ec;
        fs::remove_all(root, ec); // does not follow symlinks
        if (!ec)
            return;
        unlock_folders(root);
        fs::remove_all(root, ec);
    } catch (...) { // out of memory while tidying up: leaving the folder is all we can do
    }
}

bool can_hold_programs(const char* path, std::uint64_t min_free) {
    struct statvfs info{};
    if (::statvfs(path, &info) != 0 || (info.f_flag & (ST_NOEXEC | ST_RDONLY)))
        return false;
    return static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize >= min_free && ::access(path, W_OK | X_OK) == 0;
}

} // namespace

Fd& Fd::operator=(Fd&& o) noexcept {
    if (this != &o) {
        reset();
        fd_ = std::exchange(o.fd_, -1);
    }
    return *this;
}

Fd::~Fd() {
    reset();
}

void Fd::reset() {
    if (fd_ >= 0)
        ::close(std::exchange(fd_, -1)); // Linux frees the number even when close() reports EINTR
}

Result<TempDir> TempDir::create(std::string_view prefix, const fs::path& parent) {
    try {
        const fs::path base = parent.empty() ? scratch_root() : parent;
        std::error_code ec;
        fs::create_directories(base, ec);
        for (int attempt = 0; attempt < 100; ++attempt) {
            TempDir dir;
            dir.path_ = base / fmt::format("{}.{}", prefix, random_suffix());
            if (::mkdir(dir.path_.c_str(), 0700) == 0)
                return dir;
            const int error = errno;
            const fs::path path = dir.release(); // not ours: must not be removed
            if (error != EEXIST)
                return os_error("create a private folder", path, error);
        }
        return fail(Errc::io, "cannot find a free name for a private folder", base.string());
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot create a private folder: ") + e.what());
    }
}

TempDir& TempDir::operator=(TempDir&& o) noexcept {
    if (this != &o) {
        if (!path_.empty())
            remove_tree(path_);
        path_ = std::exchange(o.path_, {});
    }
    return *this;
}

TempDir::~TempDir() {
    if (!path_.empty())
        remove_tree(path_);
}

fs::path scratch_root() {
    if (const char* chosen = std::getenv("RUSTCODER_SCRATCH"); chosen && *chosen)
        return chosen;
    // Containers mount /dev/shm noexec: then the built programs could not start from there.
    if (can_hold_programs("/dev/shm", 1ull << 30))
        return "/dev/shm";
    if (const char* tmp = std::getenv("TMPDIR"); tmp && *tmp && ::access(tmp, W_OK | X_OK) == 0)
        return tmp;
    return "/tmp";
}

Result<std::string> read_file(const fs::path& path, std::size_t max_bytes) {
    try {
        // O_NONBLOCK: opening a fifo must not hang; it is refused below.
        Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
        if (!fd)
            return os_error("open", path);
        struct stat info{};
        if (::fstat(fd.get(), &info) != 0)
            return os_error("read", path);
        if (!S_ISREG(info.st_mode))
            return fail(Errc::invalid_input, "not a regular file", path.string());
        const auto too_long = [&] {
            return fail(Errc::limit, fmt::format("the file is longer than {} bytes", max_bytes), path.string());
        };
        if (static_cast<std::uint64_t>(info.st_size) > max_bytes)
            return too_long();
        std::string out(static_cast<std::size_t>(info.st_size) + 1, '\0'); // +1: the end is seen without growing
        std::size_t used = 0;
        for (;;) {
            if (used == out.size())
                out.resize(out.size() * 2 + 4096); // a file that grows, or /proc with its size 0
            const ssize_t n = ::read(fd.get(), out.data() + used, out.size() - used);
            if (n < 0 && errno == EINTR)
                continue;
            if (n < 0)
                return os_error("read", path);
            if (n == 0)
                break;
            used += static_cast<std::size_t>(n);
            if (used > max_bytes)
                return too_long();
        }
        out.resize(used);
        return out;
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot read: ") + e.what(), path.string());
    }
}

Status write_file(const fs::path& path, std::string_view bytes, bool executable) {
    try {
        RC_TRY(make_parents(path));
        Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, executable ? 0777 : 0666));
        if (!fd)
            return os_error("write", path);
        RC_TRY(write_all(fd.get(), bytes, path));
        struct stat info{};
        if (::fstat(fd.get(), &info) == 0) {
            const mode_t mode = info.st_mode & 07777;
            // Execute where reading is allowed, as git does; an older file keeps its other bits.
            const mode_t wanted = executable ? mode | ((mode & 0444) >> 2) : mode & ~static_cast<mode_t>(0111);
            if (wanted != mode && ::fchmod(fd.get(), wanted) != 0)
                return os_error("set the mode", path);
        }
        return {};
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot write: ") + e.what(), path.string());
    }
}

Status write_file_atomic(const fs::path& path, std::string_view bytes, bool executable) {
    try {
        RC_TRY(make_parents(path));
        fs::path temporary;
        Fd fd;
        for (int attempt = 0; !fd && attempt < 100; ++attempt) {
            temporary = path.parent_path() / fmt::format(".{}.{}", path.filename().string(), random_suffix());
            fd = Fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, executable ? 0777 : 0666));
            if (!fd && errno != EEXIST)
                return os_error("write", path);
        }
        if (!fd)
            return fail(Errc::io, "cannot find a free name for a temporary file", path.string());
        Defer tidy([&] {
            if (!temporary.empty())
                ::unlink(temporary.c_str());
        });
        struct stat old{};
        if (::stat(path.c_str(), &old) == 0 && S_ISREG(old.st_mode)) { // keep who may read it
            mode_t mode = old.st_mode & 0777;
            mode = executable ? mode | ((mode & 0444) >> 2) : mode & ~static_cast<mode_t>(0111);
            if (::fchmod(fd.get(), mode) != 0)
                return os_error("set the mode", path);
        }
        RC_TRY(write_all(fd.get(), bytes, path));
        if (::fsync(fd.get()) != 0)
            return os_error("write", path);
        if (::rename(temporary.c_str(), path.c_str()) != 0)
            return os_error("replace", path);
        temporary.clear();
        const fs::path parent = path.parent_path().empty() ? fs::path(".") : path.parent_path();
        if (Fd folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); folder)
            ::fsync(folder.get()); // best effort: the name survives a power cut
        return {};
    } catch (const std::exception& e) {
        return fail(Errc::io, std::string("cannot write: ") + e.what(), path.string());
    }
}

} // namespace rustcoder::base
